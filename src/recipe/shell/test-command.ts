// `[[ … ]]`: operands and operators in their order, without a tree of their own.

import type { CompoundCommand, TestItem } from "./ast.ts";
import { skipLines } from "./blanks.ts";
import { takeKeyword } from "./keyword.ts";
import { EXPRESSION } from "./modes.ts";
import { readWord } from "./parts.ts";
import { emit, type Mode, note, peek, place, type Reader } from "./reader.ts";

const OPERATOR = /&&|\|\||[()]|[<>](?!\()|(?:==?|!=|=~|!|-[a-zA-Z]{1,2})(?=[\s()]|\\\r?\n)/y;

/** Reads what stands behind `[[`. */
export function readTest(reader: Reader, start: number): CompoundCommand {
  const items: TestItem[] = [];
  while (true) {
    skipLines(reader);
    if (takeKeyword(reader, "]]")) break;
    const item = isExpression(items.at(-1))
      ? (readOperand(reader, EXPRESSION) ?? readOperator(reader))
      : (readOperator(reader) ?? readOperand(reader));
    if (!item) {
      note(reader, place(reader, start, start + 2), "the closing ]] is missing");
      break;
    }
    items.push(item);
  }
  return { kind: "test", items, redirects: [], range: place(reader, start) };
}

function readOperator(reader: Reader): TestItem | undefined {
  const start = reader.at;
  const text = peek(reader, OPERATOR)?.[0];
  if (text === undefined) return undefined;
  reader.at += text.length;
  emit(reader, "operator");
  return { kind: "operator", text, range: place(reader, start) };
}

// Behind `=~`, parentheses belong to the expression, also where it begins with one.
function isExpression(before: TestItem | undefined): boolean {
  return before?.kind === "operator" && before.text === "=~";
}

function readOperand(reader: Reader, mode?: Mode): TestItem | undefined {
  const word = mode ? readWord(reader, mode) : readWord(reader);
  return word && { kind: "operand", word };
}
