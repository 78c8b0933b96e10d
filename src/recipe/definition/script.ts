// How the script of a section is run: the options behind its name, or the `#!` of its first line.

import { type ScriptText, withoutMatches } from "../script-text.ts";
import type { Section } from "./ast.ts";
import { splitWords } from "./words.ts";

/** Options of `%post`, `%setup` and `%pre`. */
export interface ScriptOptions {
  /** `-c interpreter`: program and arguments that get the script on standard input or as a file. */
  readonly interpreter: readonly string[] | undefined;
  /** Further options for the shell. */
  readonly options: readonly string[];
}

/** Parses what stands behind `%post`: `-c /bin/bash`, `-e`, `-o pipefail`. */
export function scriptOptions({ args }: Section): ScriptOptions {
  const words = splitWords(args).words.map((word) => word.text);
  const at = words.indexOf("-c");
  if (at === -1) return { interpreter: undefined, options: words };
  const interpreter = words.slice(at + 1);
  return { interpreter: interpreter.length > 0 ? interpreter : undefined, options: words.slice(0, at) };
}

/** The script with Unix line ends: shells take a carriage return for a part of the word before it. */
export function scriptText({ body }: Section): string {
  return body.replaceAll("\r\n", "\n");
}

/** The same with the way back to the file: see `placeIn`. */
export function sectionScript({ body, bodyRange }: Section): ScriptText {
  return withoutMatches({ text: body, segments: [{ at: 0, source: bodyRange.start }] }, /\r(?=\n)/g);
}

/** A script file of the image: its own `#!` line, else `/bin/sh`; arguments of the section follow the interpreter. */
export function scriptFile(section: Section): string {
  const text = scriptText(section);
  const [, shebang, rest] = /^(?:[ \t]*\n)*(#!.*)\n?([\s\S]*)$/.exec(text) ?? [];
  const args = splitWords(section.args).words.map((word) => word.text);
  const options =
    args[0] === "-c" ? { first: `#!${args.slice(1).join(" ")}`, rest: [] } : { first: undefined, rest: args };
  const first = [options.first ?? shebang ?? "#!/bin/sh", ...options.rest].join(" ").trimEnd();
  return `${first}\n\n${shebang === undefined ? text : (rest ?? "")}`;
}
