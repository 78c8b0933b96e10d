// For tests of the shell's parser: a tree as a short text, so that a whole reading fits in one line.

import type { Command, Pipeline, Redirect, Script, Statement, Word, WordPart } from "./ast.ts";
import { parseShell } from "./parse.ts";

/** The reading of a text: commands in angle brackets, words between bars, keywords for what holds commands. */
export function reading(text: string): string {
  return scriptText(parseShell(text).script);
}

/** The messages of a text's problems. */
export function complaints(text: string): readonly string[] {
  return parseShell(text).problems.map(({ message }) => message);
}

/** What a word is made of: kinds and texts. */
export function partsText(parts: readonly WordPart[]): string {
  return parts.map(partText).join(" ");
}

function scriptText({ statements }: Script): string {
  return statements.map(statementText).join(" ");
}

function statementText({ pipelines, operators, terminator }: Statement): string {
  const joined = pipelines.map((pipeline, index) => `${pipelineText(pipeline)}${operators[index]?.text ?? ""}`);
  return `${joined.join("")}${terminator?.text.replace("\n", "¶") ?? ""}`;
}

function pipelineText({ negated, timed, commands, operators }: Pipeline): string {
  const joined = commands.map((command, index) => `${commandText(command)}${operators[index]?.text ?? ""}`);
  return `${timed ? "time " : ""}${negated ? "!" : ""}${joined.join("")}`;
}

function commandText(command: Command): string {
  if (command.kind === "simple") {
    const assignments = command.assignments.map(({ name, index, append, value, array }) => {
      const what = array ? `(${array.map(wordText).join(" ")})` : (value?.text ?? "");
      return `${name}${index === undefined ? "" : `[${index}]`}${append ? "+" : ""}=${what}`;
    });
    return `<${[...assignments, ...command.words.map(wordText), ...command.redirects.map(redirectText)].join("|")}>`;
  }
  if (command.kind === "function") return `${command.name.text}()${command.body ? commandText(command.body) : "?"}`;
  return `${compoundText(command)}${command.redirects.map(redirectText).join("")}`;
}

function compoundText(command: Exclude<Command, { kind: "simple" | "function" }>): string {
  switch (command.kind) {
    case "group":
      return `{${scriptText(command.body)}}`;
    case "subshell":
      return `(${scriptText(command.body)})`;
    case "if": {
      const branches = command.branches.map(({ condition, body }) => `${scriptText(condition)}?${scriptText(body)}`);
      return `if[${branches.join(":")}${command.otherwise ? `:${scriptText(command.otherwise)}` : ""}]`;
    }
    case "for":
    case "select":
      return `${command.kind}[${command.variable.text} ${command.words?.map(wordText).join("|") ?? "@"} ${scriptText(command.body)}]`;
    case "arithmetic-for":
      return `for((${command.expression.text}))[${scriptText(command.body)}]`;
    case "while":
    case "until":
      return `${command.kind}[${scriptText(command.condition)}?${scriptText(command.body)}]`;
    case "case": {
      const clauses = command.clauses.map(
        ({ patterns, body, terminator }) =>
          `${patterns.map(wordText).join("|")})${scriptText(body)}${terminator?.text ?? ""}`,
      );
      return `case[${command.subject.text} ${clauses.join(" ")}]`;
    }
    case "test":
      return `[[${command.items.map((item) => (item.kind === "operand" ? item.word.text : item.text)).join("|")}]]`;
    case "arithmetic":
      return `((${command.expression.text}))`;
    case "coproc":
      return `coproc[${command.name?.text ?? ""} ${command.command ? commandText(command.command) : "?"}]`;
  }
}

function redirectText({ descriptor, operator, target, heredoc }: Redirect): string {
  return `${descriptor ?? ""}${operator}${target?.text ?? ""}${heredoc ? `{${heredoc.content.replaceAll("\n", "¶")}}` : ""}`;
}

function wordText({ text }: Word): string {
  return text;
}

function partText(part: WordPart): string {
  switch (part.kind) {
    case "double":
      return `double(${partsText(part.parts)})`;
    case "command":
    case "process":
      return `${part.kind}(${scriptText(part.script)})`;
    case "arithmetic":
      return `arithmetic(${part.expression.text})`;
    case "parameter": {
      const { prefix, name, index, operator, operand } = part;
      return `parameter(${prefix ?? ""}${name}${index === undefined ? "" : `[${index}]`}${operator ?? ""}${operand?.text ?? ""})`;
    }
    default:
      return `${part.kind}(${part.text})`;
  }
}
