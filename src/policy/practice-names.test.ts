// The table of names is the one that the practices make. `npm test -- -u` writes it anew.

import { join } from "node:path";
import { expect, test } from "vitest";
import { PRACTICE_NAMES } from "./practice-names.ts";
import { PRACTICES } from "./practices/practices.ts";

const HEAD = `// Ids of all practices, their cases, and what peers call the same: for whoever reads what a site or a person writes about rules, so
// that reading a configuration does not load the practices. Made by practice-names.test.ts, which keeps it in step.

/** What a practice may be called. */
export interface PracticeName {
  readonly cases: readonly string[];
  readonly peers: readonly string[];
}

// Id, cases, peers.
const TABLE = \`
`;

const TAIL = `\`;

/** By id. */
export const PRACTICE_NAMES: ReadonlyMap<string, PracticeName> = new Map(
  TABLE.trim()
    .split("\\n")
    .map((row) => {
      const [id = "", cases = "", peers = ""] = row.split(" | ");
      return [id, { cases: namesOf(cases), peers: namesOf(peers) }];
    }),
);

function namesOf(list: string): readonly string[] {
  return list === "-" ? [] : list.split(" ");
}
`;

test("practice-names.ts has the ids, cases and peers of the practices", async () => {
  const rows = [...PRACTICES]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, cases = {}, peers }) => {
      const names = [...new Set([...Object.keys(cases), "unknown"])];
      return `${id} | ${names.join(" ")} | ${peers.join(" ") || "-"}`;
    });
  const text = `${HEAD}${rows.join("\n")}\n${TAIL}`;
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, "practice-names.ts"));
});

test("names of peers are read", () => {
  expect(PRACTICE_NAMES.get("TOO004")?.peers).toContain("DL3004");
});
