// Reserved words: they count only where a command may begin, and when nothing but a delimiter follows.

import { emit, peek, type Reader } from "./reader.ts";

const KEYWORD =
  /(?:if|then|elif|else|fi|for|while|until|do|done|case|esac|in|select|function|time|coproc|\[\[|\]\]|[{}!])(?=[\s;&|()<>]|$|\\\r?\n[\s;&|()<>])/y;

const BODY_CLOSERS = [";;&", ";;", ";&"];

/** The reserved word where the reader stands. */
export function keywordAt(reader: Reader): string | undefined {
  return peek(reader, KEYWORD)?.[0];
}

/** Takes a reserved word. */
export function takeKeyword(reader: Reader, keyword: string): boolean {
  if (keywordAt(reader) !== keyword) return false;
  reader.at += keyword.length;
  emit(reader, "operator");
  return true;
}

/** The word, parenthesis or operator that could close a script here. */
export function closerAt(reader: Reader): string | undefined {
  const { text, at } = reader;
  if (text[at] === ")") return ")";
  if (text[at] === ";") return BODY_CLOSERS.find((closer) => text.startsWith(closer, at));
  const keyword = keywordAt(reader);
  return keyword !== undefined && CLOSING.has(keyword) ? keyword : undefined;
}

const CLOSING: ReadonlySet<string> = new Set(["then", "elif", "else", "fi", "do", "done", "esac", "}", "]]", "in"]);

/** True when something around waits for this closer. */
export function isExpected(reader: Reader, closer: string): boolean {
  return (reader.expected.get(closer) ?? 0) > 0;
}
