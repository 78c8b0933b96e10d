// Build arguments: `{{ name }}` is replaced in the text of each stage before anything else is understood of it
// (spec/apptainer.md section 3). Places of the new text lead back to the file.

import type { Located, Problem, Range, SourceText } from "../../base/source.ts";
import { type ArgumentLine, parseArgumentLines } from "./argument-lines.ts";
import type { Definition, DefinitionStage } from "./ast.ts";
import { linesOf } from "./lines.ts";

/** Values of build arguments by name. */
export type Arguments = ReadonlyMap<string, string>;

/** A definition's text with its arguments put in. */
export interface Replaced {
  readonly source: SourceText;
  /** Mistakes, with places in the file. */
  readonly problems: readonly Problem[];
  /** Given arguments that no stage uses. */
  readonly unused: readonly string[];
  /** The part of the file that a part of the new text comes from. */
  place(range: Range): Located;
}

interface Piece {
  /** Where the replacement stands in the file. */
  readonly from: Range;
  readonly text: string;
}

/** Replaces the build arguments. `given` holds those of the command line, which win over `%arguments`. */
export function replaceArguments(definition: Definition, given: Arguments): Replaced {
  const { source, stages } = definition;
  const used = new Set<string>();
  const problems: Problem[] = [];
  const pieces: Piece[] = [];
  for (const stage of stages) {
    const values = valuesOf(stage, definition, given, used, problems);
    for (const { name, from } of placeholders(source.text, stage)) {
      const text = values.get(name);
      if (text === undefined) problems.push(undefinedArgument(name, from));
      else pieces.push({ from, text });
      used.add(name);
    }
  }
  problems.sort((a, b) => a.range.start - b.range.start);
  return {
    source: { name: source.name, text: join(source.text, pieces) },
    problems,
    unused: [...given.keys()].filter((name) => !used.has(name)),
    place: (range) => ({ source, range: backwards(pieces, range) }),
  };
}

// `{{ name }}`: blanks around the name are free.
const PLACEHOLDER = /\{\{[ \t]*(\w+)[ \t]*\}\}/g;

function placeholders(text: string, { range }: DefinitionStage): { readonly name: string; readonly from: Range }[] {
  return linesOf(text, range).flatMap((line) => {
    // Behind a comment mark nothing is replaced.
    const comment = /(^|\s)#\s/.exec(line.text)?.index ?? line.text.length;
    return [...line.text.matchAll(PLACEHOLDER)]
      .filter((match) => match.index < comment)
      .map((match) => {
        const start = line.start + match.index;
        return { name: match[1] ?? "", from: { start, end: start + match[0].length } };
      });
  });
}

function valuesOf(
  stage: DefinitionStage,
  { source }: Definition,
  given: Arguments,
  used: Set<string>,
  problems: Problem[],
): Arguments {
  const sections = stage.sections.filter(({ name }) => name === "arguments");
  const defaults: ArgumentLine[] = [];
  for (const { bodyRange } of sections) {
    const parsed = parseArgumentLines(source.text, bodyRange);
    for (const one of parsed.lines) defaults.push(one);
    for (const one of parsed.problems) problems.push(one);
  }
  const plain = new Map([...defaults.map(({ name, value }) => [name, value] as const), ...given]);
  return new Map([...plain].map(([name, value]) => [name, nested(value, plain, used)]));
}

// A value may name other arguments, one level deep.
function nested(value: string, plain: Arguments, used: Set<string>): string {
  return value.replace(PLACEHOLDER, (whole, name: string) => {
    used.add(name);
    return plain.get(name) ?? whole;
  });
}

function undefinedArgument(name: string, range: Range): Problem {
  return {
    range,
    message: `build var ${name} is not defined through either --build-arg (--build-arg-file) or 'arguments' section`,
    hint: `give --build-arg ${name}=VALUE, or write a line ${name}=VALUE below %arguments in the same stage`,
  };
}

function join(text: string, pieces: readonly Piece[]): string {
  let out = "";
  let at = 0;
  for (const { from, text: value } of pieces) {
    out += text.slice(at, from.start) + value;
    at = from.end;
  }
  return out + text.slice(at);
}

function backwards(pieces: readonly Piece[], range: Range): Range {
  const start = offsetBack(pieces, range.start, "start");
  return { start, end: Math.max(start, offsetBack(pieces, range.end, "end")) };
}

// Inside a replacement a place is that of the whole placeholder.
function offsetBack(pieces: readonly Piece[], offset: number, side: "start" | "end"): number {
  let shift = 0;
  for (const { from, text } of pieces) {
    const at = from.start + shift;
    if (offset < at || (offset === at && (side === "end" || text.length > 0))) return offset - shift;
    if (offset < at + text.length) return side === "start" ? from.start : from.end;
    if (offset === at + text.length && side === "end") return from.end;
    shift += text.length - (from.end - from.start);
  }
  return offset - shift;
}
