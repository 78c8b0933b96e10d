// From a statement to an instruction: one function for each kind of arguments, and the table of keywords. What is wrong
// is noted in the statement, and the instruction is left out.

import { didYouMean } from "../../base/nearest.ts";
import type { Heredoc, Instruction, Word } from "./ast.ts";
import { jsonStrings, jsonWords, parseCommand } from "./command-form.ts";
import { flagMistake } from "./flags.ts";
import { parseArguments, parsePairs } from "./pairs.ts";
import { firstToken, missing, placeOf, type Statement } from "./statement.ts";
import { blankWords, restOf, type Token, wordOf } from "./words.ts";

/** The part of an instruction that every kind has. */
type Common = Pick<Instruction, "range" | "keywordRange" | "flags" | "heredocs" | "line">;

type Parser = (statement: Statement, common: Common) => Instruction | undefined;

const PARSERS: Readonly<Record<Instruction["keyword"], Parser>> = {
  FROM: parseFrom,
  RUN: parseRun,
  CMD: (statement, common) => parseCommandOf("CMD", statement, common),
  ENTRYPOINT: (statement, common) => parseCommandOf("ENTRYPOINT", statement, common),
  SHELL: parseShell,
  COPY: (statement, common) => parseCopy("COPY", statement, common),
  ADD: (statement, common) => parseCopy("ADD", statement, common),
  ENV: (statement, common) => withPairs("ENV", parsePairs(statement), common),
  LABEL: (statement, common) => withPairs("LABEL", parsePairs(statement), common),
  ARG: (statement, common) => withPairs("ARG", parseArguments(statement), common),
  EXPOSE: parseExpose,
  VOLUME: parseVolume,
  USER: (statement, common) => parseWord("USER", statement, common),
  WORKDIR: (statement, common) => parseWord("WORKDIR", statement, common),
  STOPSIGNAL: (statement, common) => parseWord("STOPSIGNAL", statement, common),
  MAINTAINER: (statement, common) => parseWord("MAINTAINER", statement, common),
  HEALTHCHECK: parseHealthcheck,
  // ONBUILD holds an instruction: `parse.ts` takes it apart before it asks here.
  ONBUILD: () => undefined,
};

/** Every keyword. */
const KEYWORDS = Object.keys(PARSERS) as readonly Instruction["keyword"][];

/** True for a keyword, in capitals. */
export function isKeyword(word: string): word is Instruction["keyword"] {
  return Object.hasOwn(PARSERS, word);
}

/** The instruction of a statement; undefined after mistakes that were noted. */
export function parseInstruction(statement: Statement): Instruction | undefined {
  const { keyword } = statement;
  if (!isKeyword(keyword)) {
    const { hint } = didYouMean(keyword, KEYWORDS);
    return statement.fail(placeOf(statement, statement.keywordToken), `${keyword} is no instruction`, hint);
  }
  const mistake = flagMistake(keyword, statement.flags);
  if (mistake) return statement.fail(mistake.range, mistake.message, mistake.hint);
  return PARSERS[keyword](statement, commonOf(statement));
}

/** The fields that an instruction of any kind has. */
export function commonOf(statement: Statement): Common {
  const { line, keyword, keywordToken } = statement;
  return {
    range: statement.range,
    keywordRange: placeOf(statement, keywordToken),
    flags: statement.flags,
    heredocs: statement.heredocs.map(({ heredoc }) => heredoc),
    line: `${keyword} ${restOf(line.text, keywordToken.end).text}`.trimEnd(),
  };
}

const STAGE_NAME = /^[a-z][a-z0-9-_.]*$/;

function parseFrom(statement: Statement, common: Common): Instruction | undefined {
  const { line, args } = statement;
  const [image, as, alias, ...more] = blankWords(line.text, args.start);
  if (!image) return missing(statement, "an image", "write FROM IMAGE, or FROM scratch for nothing");
  if (!as) return { ...common, keyword: "FROM", image: wordOf(line, image), alias: undefined };
  if (as.text.toLowerCase() !== "as" || !alias || more.length > 0) {
    const hint = "write FROM IMAGE or FROM IMAGE AS NAME; flags stand before the image";
    return statement.fail(placeOf(statement, args), "FROM takes an image and a name behind AS, nothing else", hint);
  }
  if (!STAGE_NAME.test(alias.text.toLowerCase())) {
    const hint = "a letter, then letters, digits, dots, dashes and underscores";
    return statement.fail(placeOf(statement, alias), `${alias.text} cannot be the name of a stage`, hint);
  }
  return { ...common, keyword: "FROM", image: wordOf(line, image), alias: wordOf(line, alias) };
}

function parseRun(statement: Statement, common: Common): Instruction | undefined {
  if (statement.args.text === "") return missing(statement, "a command");
  return parseCommandOf("RUN", statement, common);
}

function parseCommandOf(
  keyword: "RUN" | "CMD" | "ENTRYPOINT",
  statement: Statement,
  common: Common,
): Instruction | undefined {
  if (statement.args.text === "") return missing(statement, "a command", `write ${keyword} [] to take the base's away`);
  const command = parseCommand(statement, statement.args);
  return command && { ...common, keyword, command };
}

function parseShell(statement: Statement, common: Common): Instruction | undefined {
  const { args } = statement;
  const hint = 'write SHELL ["/bin/bash", "-c"]';
  if (args.text === "") return missing(statement, "a list of words", hint);
  const command = parseCommand(statement, args);
  if (!command) return undefined;
  if (command.form === "shell" || command.words.length === 0) {
    return statement.fail(command.range, "SHELL takes a JSON list of words", hint);
  }
  return { ...common, keyword: "SHELL", command };
}

function parseCopy(keyword: "COPY" | "ADD", statement: Statement, common: Common): Instruction | undefined {
  const { line, args } = statement;
  const strings = jsonStrings(args.text);
  if (typeof strings === "string") return statement.fail(placeOf(statement, args), strings);
  const words: readonly (Word | { readonly heredoc: Heredoc })[] = strings
    ? jsonWords(statement, args, strings)
    : argumentsWithHeredocs(statement);
  const destination = words.at(-1);
  if (!destination || words.length < 2) return missing(statement, "a source and a destination");
  if ("heredoc" in destination) {
    return statement.fail(line.place(args.start, args.end), "a here-document cannot be the destination");
  }
  return { ...common, keyword, sources: words.slice(0, -1), destination };
}

// A marker may hold blanks (`<< EOF`), so that the words are cut around the markers.
function argumentsWithHeredocs({ line, args, heredocs }: Statement): (Word | { readonly heredoc: Heredoc })[] {
  const words: (Word | { readonly heredoc: Heredoc })[] = [];
  let at = args.start;
  const before = (end: number) => {
    for (const token of blankWords(line.text.slice(0, end), at)) words.push(wordOf(line, token));
  };
  for (const { marker, heredoc } of heredocs) {
    before(marker.start);
    words.push({ heredoc });
    at = marker.end;
  }
  before(args.end);
  return words;
}

function withPairs(
  keyword: "ENV" | "LABEL" | "ARG",
  pairs: ReturnType<typeof parsePairs>,
  common: Common,
): Instruction | undefined {
  return pairs && { ...common, keyword, pairs };
}

function parseExpose(statement: Statement, common: Common): Instruction | undefined {
  const { line, args } = statement;
  const words = blankWords(line.text, args.start).map((token) => wordOf(line, token));
  if (words.length === 0) return missing(statement, "a port");
  return { ...common, keyword: "EXPOSE", words };
}

function parseVolume(statement: Statement, common: Common): Instruction | undefined {
  const { line, args } = statement;
  const strings = jsonStrings(args.text);
  if (typeof strings === "string") return statement.fail(placeOf(statement, args), strings);
  const words = strings
    ? jsonWords(statement, args, strings)
    : blankWords(line.text, args.start).map((token) => wordOf(line, token));
  if (words.length === 0) return missing(statement, "a folder");
  const empty = words.find(({ text }) => text.trim() === "");
  if (empty) return statement.fail(empty.range, "a volume cannot have an empty name");
  return { ...common, keyword: "VOLUME", words };
}

function parseWord(
  keyword: "USER" | "WORKDIR" | "STOPSIGNAL" | "MAINTAINER",
  statement: Statement,
  common: Common,
): Instruction | undefined {
  if (statement.args.text === "") return missing(statement, "an argument");
  return { ...common, keyword, word: wordOf(statement.line, statement.args) };
}

function parseHealthcheck(statement: Statement, common: Common): Instruction | undefined {
  const { line, args } = statement;
  const kind: Token = firstToken(line.text, args.start);
  const rest = restOf(line.text, kind.end);
  if (kind.text === "") return missing(statement, "CMD and a command, or NONE");
  if (kind.text.toUpperCase() === "NONE") {
    if (rest.text !== "") return statement.fail(placeOf(statement, rest), "HEALTHCHECK NONE takes no arguments");
    return { ...common, keyword: "HEALTHCHECK", command: undefined };
  }
  if (kind.text.toUpperCase() !== "CMD") {
    return statement.fail(placeOf(statement, kind), `HEALTHCHECK takes CMD or NONE, not ${kind.text}`);
  }
  if (rest.text === "" || rest.text === "[]") return missing(statement, "a command behind CMD");
  const command = parseCommand(statement, rest);
  return command && { ...common, keyword: "HEALTHCHECK", command };
}
