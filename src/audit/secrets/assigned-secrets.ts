// Random values beside a secret word: `api_key: "q7Xv…"`, `export TOKEN=…`, `--password q7Xv…`. Nothing here is certain.

import type { Range } from "../../base/source.ts";
import { looksRandom } from "./randomness.ts";
import { isSecretName } from "./secret-names.ts";

const WORD = /pass(?:word|wd|phrase)?|secret|token|credential|(?:api|private|access)[_-]?key/gi;
const NAME_BEFORE = /[A-Za-z0-9_.-]{0,64}$/;
const VALUE =
  /([A-Za-z0-9_.-]{0,32})["']?\s{0,3}(?:=>|:=|=|:|\s)\s{0,3}(?:(["'`])([^"'`\s]{16,256})\2|([A-Za-z0-9+/=_.~!@#%^*-]{16,256})(?![^\s;,&|)\]}'"<\\]))/y;

/** Places of such values, at most `most`. */
export function assignedSecrets(text: string, most: number): readonly Range[] {
  const ranges: Range[] = [];
  WORD.lastIndex = 0;
  for (let word = WORD.exec(text); word && ranges.length < most; word = WORD.exec(text)) {
    const end = word.index + word[0].length;
    VALUE.lastIndex = end;
    const match = VALUE.exec(text);
    const value = match?.[3] ?? match?.[4];
    if (!match || value === undefined) continue;
    const before = NAME_BEFORE.exec(text.slice(Math.max(0, word.index - 64), word.index))?.[0] ?? "";
    const name = before + word[0] + match[1];
    if (!isSecretName(name.replace(/^-+/, "")) || !looksRandom(value)) continue;
    const start = end + match[0].lastIndexOf(value);
    ranges.push({ start, end: start + value.length });
    WORD.lastIndex = start + value.length;
  }
  return ranges;
}
