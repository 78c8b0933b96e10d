// A line that somebody else wrote, to be shown in reports and logs: without what looks like a secret in it. What is left out is
// more than what is reported as one, for a reader of logs needs no proof.

import { findSecrets } from "./find-secrets.ts";
import { isHarmlessValue, isSecretName } from "./secret-names.ts";

const HIDDEN = "…";
/** Longer lines are cut: nobody reads them. Characters. */
const LONGEST = 4096;
const ASSIGNED = /([A-Za-z_][\w.-]{0,63})=("[^"]*"?|'[^']*'?|[^\s"'&|;]+)/g;
const FLAG = /(--?[A-Za-z][\w-]{0,63})\s+("[^"]*"?|'[^']*'?|[^\s"'&|;-][^\s"'&|;]*)/g;
const LOGIN = /([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@"']{1,200}@/gi;

/** The text, at most its first 4096 characters, with an ellipsis for each secret. */
export function withoutSecrets(text: string): string {
  const short = text.slice(0, LONGEST);
  let shown = "";
  let from = 0;
  for (const { range } of findSecrets(short)) {
    if (range.end <= from) continue;
    shown += short.slice(from, Math.max(from, range.start)) + HIDDEN;
    from = range.end;
  }
  return (shown + short.slice(from))
    .replace(ASSIGNED, (whole, name: string, value: string) => (isSecret(name, value) ? `${name}=${HIDDEN}` : whole))
    .replace(FLAG, (whole, name: string, value: string) => (isSecret(name, value) ? `${name} ${HIDDEN}` : whole))
    .replace(LOGIN, `$1${HIDDEN}@`);
}

function isSecret(name: string, value: string): boolean {
  return isSecretName(name.replace(/^-+/, "")) && !isHarmlessValue(value);
}
