// /var/hostsfile: the job's hosts, one line for each of their tasks (spec/shifter.md 7.2). Pure.

import { fail } from "./errors.ts";

// Far beyond any machine, and a file of a few megabytes.
const MAX_LINES = 1_000_000;

/** The file for `host/n host/n …`. @throws E_HOSTS */
export function hostsFile(text: string): string {
  const bad = (why: string) => fail("E_HOSTS", { text: text.slice(0, 200), why });
  const words = text.split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) throw bad("it is empty");
  let total = 0;
  const lines = words.map((word) => {
    const [, name, digits] = /^([A-Za-z0-9][A-Za-z0-9._-]*)\/(\d{1,7})$/.exec(word) ?? [];
    if (name === undefined) throw bad(`"${word}" is not host/count`);
    total += Number(digits);
    if (total > MAX_LINES) throw bad(`it has more than ${MAX_LINES} tasks`);
    return `${name}\n`.repeat(Number(digits));
  });
  return lines.join("");
}
