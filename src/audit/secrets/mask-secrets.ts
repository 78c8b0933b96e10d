// Places in a text where values of secrets stand, so that no report shows them and no cache keeps them: what issuers made to be found, and what stands
// behind a secret word in the ways that recipes, compose files and scripts write it. Covers more than practices report: a reader of
// a log needs no proof. The time is linear in the text's length.

import type { Range } from "../../base/source.ts";
import { assignedSecrets } from "./assigned-secrets.ts";
import { findSecrets } from "./find-secrets.ts";
import { isHarmlessValue, isSecretName } from "./secret-names.ts";

const QUOTED = `"[^"\\n]*"?|'[^'\\n]*'?`;
const WORD = `(?:${QUOTED}|[^\\s"'&|;]+)`;
const NAME = "([A-Za-z_][\\w.-]{0,63})";
const MYSQL = "mysql|mysqladmin|mysqldump|mysqlimport|mariadb|mariadb-admin|mariadb-dump";

/** Ways to write a name in front of its value: what stands up to the value, and the value. */
const NAMED: readonly (readonly [head: RegExp, value: RegExp])[] = [
  [new RegExp(`${NAME}["']?[ \\t]{0,3}:?=[ \\t]{0,3}`, "g"), new RegExp(WORD, "y")],
  [new RegExp(`${NAME}["']?:[ \\t]+`, "g"), new RegExp(`${QUOTED}|[^\\s"'&|;,}\\]]+`, "y")],
  [new RegExp(`^[ \\t]*(?:ENV|LABEL|setenv)[ \\t]+${NAME}[ \\t]+(?!=)`, "gim"), /[^\n]+/y],
  [/--?([A-Za-z][\w-]{0,63})["']?,?[ \t]+/g, new RegExp(`${QUOTED}|[^\\s"'&|;\\-][^\\s"'&|;]*`, "y")],
];

/** Ways to write a value that is a secret wherever it stands. */
const PLAIN: readonly RegExp[] = [
  /[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@"'$]{0,64}:(?<v>[^\s/@"'`]{1,256})@/dgi,
  /[a-z]:\/\/(?<v>[^\s/:@"'$]{16,256})@/dgi,
  /\blogin\s{1,9}\S{1,64}\s{1,9}password\s{1,9}(?<v>\S+)/dgi,
  /\b[A-Za-z_][\w.-]{0,31}:(?<v>[^\s:"'|\\]{1,128})(?=["']?[^\n|]{0,64}\|\s{0,9}(?:sudo\s{1,9})?chpasswd)/dg,
  /\bchpasswd[^\n<]{0,80}<<-?[ \t]{0,9}["']?(\w{1,64})["']?[^\n]{0,200}\n(?<v>[\s\S]{0,4000}?)\n[ \t]{0,99}\1\b/dg,
  new RegExp(`\\bchpasswd[ \\t]{0,9}<<<[ \\t]{0,9}(?<v>${WORD})`, "gd"),
  new RegExp(`\\b(?:echo|printf)[ \\t]{1,9}(?<v>${WORD})[ \\t]{0,9}\\|[ \\t]{0,9}passwd\\b[^\\n]{0,80}--stdin`, "gd"),
  new RegExp(`\\b(?:user|group)(?:add|mod)\\b[^\\n;&|]{0,200}?[ \\t]-p[ \\t]{1,9}(?<v>${WORD})`, "gd"),
  new RegExp(`\\bsshpass[ \\t]{1,9}-p[ \\t]{0,9}(?<v>${WORD})`, "gd"),
  new RegExp(`\\b(?:${MYSQL})\\b[^\\n;&|]{0,200}?[ \\t]-p(?<v>${WORD})`, "gd"),
  /\bcurl\b[^\n;&|]{0,300}?[ \t](?:-u[ \t]{0,9}|--user[ \t=])["']?[^\s:"']{1,64}:(?<v>[^\s"']+)/dg,
  /\b(?:Bearer|Basic)[ \t]{1,9}(?<v>[A-Za-z0-9+/=._~-]{12,})/dgi,
];

/** Places of values of secrets, in their order; they do not overlap. Values that are variables are none. */
export function secretRanges(text: string): readonly Range[] {
  const most = Number.POSITIVE_INFINITY;
  const formed = findSecrets(text, { assignments: false, most }).map(({ range }) => range);
  const named = NAMED.flatMap(([head, value]) => [...behindNames(text, head, value)]);
  const plain = PLAIN.flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap(({ groups, indices }) => {
      const [start = 0] = indices?.groups?.["v"] ?? [];
      return isVariable(groups?.["v"] ?? "") ? [] : [withoutQuotes(groups?.["v"] ?? "", start)];
    }),
  );
  return joined([...formed, ...assignedSecrets(text, most), ...named, ...plain]);
}

// What is no secret's name may be in front of one that is: `environment: {API_KEY: …`.
function* behindNames(text: string, head: RegExp, value: RegExp): Generator<Range, void> {
  head.lastIndex = 0;
  for (let match = head.exec(text); match; match = head.exec(text)) {
    // `NOPASSWD: ALL` of sudo.
    if (!isSecretName(match[1] ?? "") || /^no/i.test(match[1] ?? "")) continue;
    value.lastIndex = head.lastIndex;
    const [word = ""] = value.exec(text) ?? [];
    const range = withoutQuotes(word, head.lastIndex);
    head.lastIndex += word.length;
    if (!isVariable(word) && !isHarmlessValue(text.slice(range.start, range.end))) yield range;
  }
}

function isVariable(word: string): boolean {
  return /^["']?\$[\w{(]/.test(word);
}

/** The text with asterisks in place of secrets: as long as before, so that places in it stay. */
export function maskSecrets(text: string, ranges = secretRanges(text)): string {
  let shown = "";
  let from = 0;
  for (const { start, end } of ranges) {
    shown += text.slice(from, start) + text.slice(start, end).replace(/[^\r\n]/g, "*");
    from = end;
  }
  return shown + text.slice(from);
}

function withoutQuotes(value: string, start: number): Range {
  const [quote = ""] = /^["']/.exec(value) ?? [];
  const closed = quote !== "" && value.length > 1 && value.endsWith(quote);
  return { start: start + quote.length, end: start + value.length - (closed ? 1 : 0) };
}

function joined(ranges: readonly Range[]): readonly Range[] {
  const apart: Range[] = [];
  for (const range of ranges.toSorted((one, other) => one.start - other.start)) {
    const last = apart.at(-1);
    if (range.start === range.end) continue;
    if (!last || range.start >= last.end) apart.push(range);
    else if (range.end > last.end) apart[apart.length - 1] = { start: last.start, end: range.end };
  }
  return apart;
}
