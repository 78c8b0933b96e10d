// Parameter expansions: `$NAME`, `${NAME}`, and those with an operator.

import type { Parameter, Word } from "./ast.ts";
import { BRACED, BRACED_IN_DOUBLE } from "./modes.ts";
import { nested, note, peek, place, type Reader } from "./reader.ts";

const NAME = /[A-Za-z_]\w*|[0-9@*#?$!-]/y;
const BRACED_NAME = /([#!](?=[A-Za-z_0-9@*?$!-]|#\}))?([A-Za-z_]\w*|\d+|[@*#?$!-])/y;
const INDEX = /\[((?:[^[\]\n]|\[[^[\]\n]{0,200}\]){0,200})\]/y;
const OPERATOR = /:[-=?+]|[-=?+]|##?|%%?|\/[/#%]?|\^\^?|,,?|@[A-Za-z](?=\})|[*@](?=\})|:/y;

/** Reads `$NAME`, `$1`, `$@`; undefined without a move when no name follows. */
export function readParameter(reader: Reader): Parameter | undefined {
  const start = reader.at;
  NAME.lastIndex = start + 1;
  const name = NAME.exec(reader.text)?.[0];
  if (name === undefined) return undefined;
  reader.at += 1 + name.length;
  return plain(name, false, place(reader, start));
}

function plain(name: string, braced: boolean, range: Parameter["range"]): Parameter {
  return {
    ...{ kind: "parameter", name, braced, prefix: undefined, index: undefined },
    ...{ operator: undefined, operand: undefined, range },
  };
}

/** Reads `${…}`. */
export function readBraced(reader: Reader, inDouble: boolean): Parameter {
  const start = reader.at;
  reader.at += 2;
  const [name = "", prefix, bare = ""] = peek(reader, BRACED_NAME) ?? [];
  reader.at += name.length;
  if (name === "") note(reader, place(reader, start), "there is no name behind ${");
  const index = peek(reader, INDEX);
  reader.at += index?.[0].length ?? 0;
  const operator = peek(reader, OPERATOR)?.[0];
  reader.at += operator?.length ?? 0;
  const quotesPattern = operator !== undefined && /^[#%/^,]/.test(operator);
  const operand = readOperand(reader, inDouble && !quotesPattern);
  close(reader, start, operator, operand);
  return {
    ...{ kind: "parameter", name: bare, braced: true, prefix: prefix === "#" || prefix === "!" ? prefix : undefined },
    ...{
      index: index?.[1],
      operator,
      operand: operator === undefined ? undefined : operand,
      range: place(reader, start),
    },
  };
}

function readOperand(reader: Reader, inDouble: boolean): Word {
  const start = reader.at;
  const mode = inDouble ? BRACED_IN_DOUBLE : BRACED;
  const parts = nested(reader, () => reader.grammar.parts(reader, mode)) ?? [];
  return { text: reader.text.slice(start, reader.at), parts, range: place(reader, start) };
}

function close(reader: Reader, start: number, operator: string | undefined, operand: Word): void {
  if (operator === undefined && operand.text !== "") note(reader, operand.range, "this is no operator of an expansion");
  if (reader.text[reader.at] === "}") reader.at++;
  else note(reader, place(reader, start, start + 2), "the closing } is missing");
}
