// The `NAME=value` arguments of ENV, LABEL and ARG, the old form `ENV NAME value` included.

import type { Pair } from "./ast.ts";
import { missing, placeOf, type Statement } from "./statement.ts";
import { quotedWords, restOf, type Token, wordOf } from "./words.ts";

/** The pairs of ENV and LABEL; undefined after a mistake that was noted. */
export function parsePairs(statement: Statement): readonly Pair[] | undefined {
  const { line, args, keyword } = statement;
  const words = quotedWords(line.text, args.start, statement.escape);
  const first = words[0];
  if (first === undefined) return missing(statement, "a name and a value", `write ${keyword} NAME=value`);
  if (!first.text.includes("=")) return legacyPair(statement);
  const pairs: Pair[] = [];
  for (const word of words) {
    const pair = splitPair(statement, word);
    if (!pair) return undefined;
    if (!pair.value) {
      const hint = "put a value with blanks in double quotes";
      return statement.fail(placeOf(statement, word), `${word.text} has no value`, hint);
    }
    pairs.push(pair);
  }
  return pairs;
}

/** The names of ARG, each with or without a default; undefined after a mistake that was noted. */
export function parseArguments(statement: Statement): readonly Pair[] | undefined {
  const { line, args } = statement;
  const words = quotedWords(line.text, args.start, statement.escape);
  if (words.length === 0) return missing(statement, "a name", "write ARG NAME or ARG NAME=default");
  const pairs: Pair[] = [];
  for (const word of words) {
    const pair = splitPair(statement, word);
    if (!pair) return undefined;
    pairs.push(pair);
  }
  return pairs;
}

function splitPair(statement: Statement, word: Token): Pair | undefined {
  const { line, keyword } = statement;
  const equals = word.text.indexOf("=");
  if (equals === 0) return statement.fail(placeOf(statement, word), `${keyword} needs a name before the equals sign`);
  if (equals < 0) return { name: wordOf(line, word), value: undefined };
  const middle = word.start + equals;
  return {
    name: wordOf(line, { text: word.text.slice(0, equals), start: word.start, end: middle }),
    value: wordOf(line, { text: word.text.slice(equals + 1), start: middle + 1, end: word.end }),
  };
}

// `ENV NAME everything else`: one variable only, and its value may hold blanks.
function legacyPair(statement: Statement): readonly Pair[] | undefined {
  const { line, args, keyword } = statement;
  const end = args.start + (/^\S*/.exec(args.text)?.[0].length ?? 0);
  const name = { text: line.text.slice(args.start, end), start: args.start, end };
  const value = restOf(line.text, end);
  if (value.text === "") {
    return statement.fail(
      placeOf(statement, args),
      `${keyword} needs a name and a value`,
      `write ${keyword} NAME=value`,
    );
  }
  return [{ name: wordOf(line, name), value: wordOf(line, value) }];
}
