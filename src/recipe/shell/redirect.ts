// Redirections, here-documents included: those are filled when their line ends.

import type { Redirect, RedirectOperator, Word } from "./ast.ts";
import { skipBlanks } from "./blanks.ts";
import { readWord } from "./parts.ts";
import { type Draft, emit, note, peek, place, type Reader } from "./reader.ts";

const REDIRECT = /(\d{1,9}|\{[A-Za-z_]\w*\})?(<<<|<<-|<<|<&|<>|<(?!\()|>>|>&|>\||>(?!\()|&>>|&>)/y;

/** Reads a redirection; undefined without a move when there is none. */
export function readRedirect(reader: Reader): Redirect | undefined {
  const start = reader.at;
  const match = peek(reader, REDIRECT);
  if (!match) return undefined;
  const [whole, descriptor, text] = match;
  const operator = operatorOf(text ?? "");
  // `1&> x` is the word 1 and `&>`.
  if (operator === undefined || (descriptor !== undefined && operator.startsWith("&"))) return undefined;
  reader.at += whole.length;
  emit(reader, "operator");
  skipBlanks(reader);
  const target = readWord(reader);
  if (!target) note(reader, place(reader, start, start + whole.length), `there is nothing behind ${operator}`);
  const range = place(reader, start, target ? reader.at : start + whole.length);
  const redirect: Draft<Redirect> = { descriptor, operator, target, heredoc: undefined, range };
  if (target && (operator === "<<" || operator === "<<-")) {
    const expand = !/['"\\]/.test(target.text);
    reader.pending.push({ redirect, delimiter: delimiterOf(target), expand, stripTabs: operator === "<<-" });
  }
  return redirect;
}

/** Reads redirections as long as there are some: behind a compound command. */
export function readRedirects(reader: Reader): readonly Redirect[] {
  const redirects: Redirect[] = [];
  while (true) {
    skipBlanks(reader);
    const redirect = readRedirect(reader);
    if (!redirect) return redirects;
    redirects.push(redirect);
  }
}

const OPERATORS: readonly RedirectOperator[] = [
  ...(["<", ">", ">>", "<<", "<<-", "<<<", "<&"] as const),
  ...([">&", "<>", ">|", "&>", "&>>"] as const),
];

function operatorOf(text: string): RedirectOperator | undefined {
  return OPERATORS.find((operator) => operator === text);
}

const QUOTED = /'([^']*)'?|"((?:[^"\\]|\\[\s\S])*)"?|\\(?:\r?\n|([\s\S]))/g;

// Quotes go, everything else is what it is.
function delimiterOf({ text }: Word): string {
  return text.replace(
    QUOTED,
    (_, single, double, escaped) => single ?? double?.replace(/\\([$`"\\])/g, "$1") ?? escaped ?? "",
  );
}
