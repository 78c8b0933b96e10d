// `set -e`, `set -o pipefail` and their kin: which options of a shell a command turns on or off.

/** The options that decide whether a failure is seen. */
export interface FailureOptions {
  readonly errexit: boolean;
  readonly pipefail: boolean;
}

/** The options behind `set` (or behind a shell's name) applied to those before; an unknown word changes nothing. */
export function applySet(before: FailureOptions, words: readonly (string | undefined)[]): FailureOptions {
  let { errexit, pipefail } = before;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    if (!/^[-+]\w/.test(word)) break;
    const on = word.startsWith("-");
    if (word.includes("e")) errexit = on;
    if (!word.includes("o")) continue;
    const name = words[++index];
    if (name === "errexit") errexit = on;
    if (name === "pipefail") pipefail = on;
  }
  return { errexit, pipefail };
}
