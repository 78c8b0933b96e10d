// The scripts inside a command: bodies and conditions of compound commands, substitutions in words. Knows no command's meaning.

import type {
  Assignment,
  Command,
  CompoundCommand,
  FunctionDefinition,
  Redirect,
  Script,
  SimpleCommand,
  Word,
  WordPart,
} from "./ast.ts";

/** A script inside a command, and what that changes for its commands. */
export interface Child {
  readonly script: Script;
  readonly surroundings: {
    readonly condition?: true;
    readonly conditional?: true;
    readonly subshell?: true;
    readonly substituted?: true;
    readonly inFunction?: string;
  };
}

const SUBSTITUTED = { substituted: true, subshell: true } as const;

/** The scripts of a compound command or a function, in the order of the text. */
export function childrenOf(command: CompoundCommand | FunctionDefinition): readonly Child[] {
  if (command.kind === "function") return command.body ? bodyOf(command.body, { inFunction: command.name.text }) : [];
  return [...bodiesOf(command), ...substitutions(inRedirects(command.redirects))];
}

function bodyOf(command: Command, surroundings: Child["surroundings"]): readonly Child[] {
  if (command.kind === "simple") return [{ script: scriptOfOne(command), surroundings }];
  return childrenOf(command).map((child) => ({ ...child, surroundings: { ...surroundings, ...child.surroundings } }));
}

// A simple command as the only one of a script, so that all bodies are scripts.
function scriptOfOne(command: SimpleCommand): Script {
  const { range } = command;
  const pipeline = { negated: false, timed: false, commands: [command], operators: [], range };
  return { statements: [{ pipelines: [pipeline], operators: [], terminator: undefined, range }], range };
}

function substitutions(scripts: readonly Script[]): readonly Child[] {
  return scripts.map((script) => ({ script, surroundings: SUBSTITUTED }));
}

function bodiesOf(command: CompoundCommand): readonly Child[] {
  const conditional = { conditional: true } as const;
  switch (command.kind) {
    case "group":
      return [{ script: command.body, surroundings: {} }];
    case "subshell":
      return [{ script: command.body, surroundings: { subshell: true } }];
    case "if":
      return [
        ...command.branches.flatMap(({ condition, body }, index) => [
          { script: condition, surroundings: { condition: true, ...(index > 0 ? conditional : {}) } as const },
          { script: body, surroundings: conditional },
        ]),
        ...(command.otherwise ? [{ script: command.otherwise, surroundings: conditional }] : []),
      ];
    case "while":
    case "until":
      return [
        { script: command.condition, surroundings: { condition: true } },
        { script: command.body, surroundings: conditional },
      ];
    case "for":
    case "select":
      return [...substitutions(inWords(command.words ?? [])), { script: command.body, surroundings: conditional }];
    case "arithmetic-for":
      return [...substitutions(inParts(command.expression.parts)), { script: command.body, surroundings: conditional }];
    case "case":
      return [
        ...substitutions(inWords([command.subject])),
        ...command.clauses.flatMap(({ patterns, body }) => [
          ...substitutions(inWords(patterns)),
          { script: body, surroundings: conditional },
        ]),
      ];
    case "test":
      return substitutions(inWords(command.items.flatMap((item) => (item.kind === "operand" ? [item.word] : []))));
    case "arithmetic":
      return substitutions(inParts(command.expression.parts));
    case "coproc":
      return command.command ? bodyOf(command.command, { subshell: true }) : [];
  }
}

/** The scripts of substitutions in a simple command: in assignments, words, redirections and here-documents. */
export function scriptsIn({ assignments, words, redirects }: SimpleCommand): readonly Script[] {
  return [...assignments.flatMap(inAssignment), ...inWords(words), ...inRedirects(redirects)];
}

function inAssignment({ value, array }: Assignment): readonly Script[] {
  return inWords([...(value ? [value] : []), ...(array ?? [])]);
}

function inRedirects(redirects: readonly Redirect[]): readonly Script[] {
  return redirects.flatMap(({ target, heredoc }) => [
    ...(target && !heredoc ? inWords([target]) : []),
    ...inParts(heredoc?.parts ?? []),
  ]);
}

function inWords(words: readonly Word[]): readonly Script[] {
  return words.flatMap(({ parts }) => inParts(parts));
}

function inParts(parts: readonly WordPart[]): readonly Script[] {
  return parts.flatMap((part) => {
    switch (part.kind) {
      case "command":
      case "process":
        return [part.script];
      case "double":
        return inParts(part.parts);
      case "arithmetic":
        return inParts(part.expression.parts);
      case "parameter":
        return inParts(part.operand?.parts ?? []);
      default:
        return [];
    }
  });
}
