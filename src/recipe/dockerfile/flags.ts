// Flags in front of an instruction's arguments: which instruction takes which, how they are cut out of a line, and what
// is wrong with them.

import { didYouMean } from "../../base/nearest.ts";
import type { Range } from "../../base/source.ts";
import type { Flag, Keyword } from "./ast.ts";
import type { LogicalLine } from "./logical-line.ts";

type FlagKind = "text" | "switch" | "list";

const KNOWN: Readonly<Partial<Record<Keyword, Readonly<Record<string, FlagKind>>>>> = {
  FROM: { platform: "text" },
  RUN: { mount: "list", network: "text", security: "text", device: "list" },
  COPY: { from: "text", chown: "text", chmod: "text", link: "switch", parents: "switch", exclude: "list" },
  ADD: {
    chown: "text",
    chmod: "text",
    link: "switch",
    exclude: "list",
    checksum: "text",
    "keep-git-dir": "switch",
    unpack: "switch",
  },
  HEALTHCHECK: {
    interval: "text",
    timeout: "text",
    "start-period": "text",
    "start-interval": "text",
    retries: "text",
  },
};

/** Flags and where the arguments behind them begin. */
export interface FlaggedLine {
  readonly flags: readonly Flag[];
  readonly rest: number;
}

/** Cuts the flags off: words that begin with two dashes; `--` alone ends them. Quotes and backslashes are taken out. */
export function cutFlags(line: LogicalLine, start: number): FlaggedLine {
  const flags: Flag[] = [];
  let at = start;
  while (true) {
    while (at < line.text.length && /\s/.test(line.text[at] ?? "")) at++;
    if (!line.text.startsWith("--", at)) return { flags, rest: at };
    const word = flagWord(line.text, at);
    if (word.text === "--") return { flags, rest: word.end };
    const equals = word.text.indexOf("=");
    flags.push({
      name: equals < 0 ? word.text.slice(2) : word.text.slice(2, equals),
      value: equals < 0 ? undefined : word.text.slice(equals + 1),
      range: line.place(at, word.end),
    });
    at = word.end;
  }
}

// The backslash escapes here whatever the escape directive says: so does BuildKit.
function flagWord(text: string, start: number): { readonly text: string; readonly end: number } {
  let word = "";
  let quote: string | undefined;
  let at = start;
  for (; at < text.length; at++) {
    const char = text[at] ?? "";
    if (char === "\\") word += text[++at] ?? "";
    else if (quote !== undefined && char === quote) quote = undefined;
    else if (quote === undefined && (char === "'" || char === '"')) quote = char;
    else if (quote === undefined && /\s/.test(char)) break;
    else word += char;
  }
  return { text: word, end: Math.min(at, text.length) };
}

/** What is wrong with a flag. */
export interface FlagMistake {
  readonly range: Range;
  readonly message: string;
  readonly hint?: string;
}

/** The first flag that the instruction does not take, or not so. */
export function flagMistake(keyword: Keyword, flags: readonly Flag[]): FlagMistake | undefined {
  const known = KNOWN[keyword] ?? {};
  for (const [index, { name, value, range }] of flags.entries()) {
    const kind = Object.hasOwn(known, name) ? known[name] : undefined;
    if (kind === undefined) return { range, message: `${keyword} has no flag --${name}`, ...hintFor(name, known) };
    if (kind === "switch") {
      if (value !== undefined && value !== "true" && value !== "false") {
        return { range, message: `--${name} is true or false, not ${value}` };
      }
    } else if (value === undefined) {
      return { range, message: `--${name} needs a value`, hint: `write --${name}=VALUE` };
    }
    if (kind !== "list" && flags.findIndex((other) => other.name === name) !== index) {
      return { range, message: `--${name} stands here twice` };
    }
  }
  return undefined;
}

function hintFor(name: string, known: object): { readonly hint?: string } {
  const names = Object.keys(known).map((flag) => `--${flag}`);
  const near = didYouMean(`--${name}`, names);
  if (near.hint !== undefined) return near;
  return { hint: names.length === 0 ? "it takes none" : `it takes ${names.join(", ")}` };
}
