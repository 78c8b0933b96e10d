// The direction of imports, as the table of rooms in docs/design.md has it; and no cycles, so that every file can be
// understood from what it imports.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";

const SRC = import.meta.dirname;

/** Room → the rooms below it. `cli` and `main.ts` may use all. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  base: [],
  platform: ["base"],
  oci: ["base", "platform"],
  image: ["base", "platform", "oci"],
  elf: ["base", "image"],
  run: ["base", "platform", "oci", "image", "elf"],
  bundle: ["base", "platform", "oci", "run"],
  recipe: ["base"],
  build: ["base", "platform", "oci", "image", "run", "recipe"],
  signing: ["base", "platform", "oci", "image"],
  demo: ["base", "platform", "oci", "image"],
  store: ["base", "platform"],
  site: ["base", "platform", "oci", "run", "image", "policy", "audit"],
  gateway: ["base", "platform", "oci", "image", "signing", "store", "site"],
  batch: ["base", "platform", "oci", "image", "run", "site", "gateway"],
  mpi: ["base", "platform", "image", "elf"],
  policy: ["base", "recipe", "oci", "image", "audit"],
  audit: ["base", "platform", "oci", "image", "elf"],
  advisories: ["base", "platform", "oci", "signing", "audit"],
  lint: ["base", "platform", "recipe", "policy", "site"],
  gate: [
    ...["base", "platform", "oci", "image", "signing", "store", "site"],
    ...["recipe", "policy", "audit", "advisories"],
  ],
  proxy: ["base", "platform"],
  accounts: ["base", "platform", "store", "site", "gateway"],
  services: ["base", "platform", "oci", "recipe", "policy", "store", "site", "gateway", "accounts", "proxy"],
  server: [
    ...["base", "platform", "oci", "image", "signing", "store", "site", "gateway"],
    ...["recipe", "policy", "proxy", "accounts", "services", "audit", "advisories", "gate"],
  ],
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const IMPORTS = sources().flatMap(importsOf);

describe("imports", () => {
  test.each(Object.entries(BELOW))("of the room %s go down only", (room, below) => {
    const upward = IMPORTS.filter(({ from }) => roomOf(from) === room).filter(
      ({ to }) => roomOf(to) !== room && !below.includes(roomOf(to)),
    );
    expect(upward).toEqual([]);
  });

  test("are found", () => {
    expect(IMPORTS.length).toBeGreaterThan(500);
  });

  test("have no cycles", () => {
    const next = new Map<string, string[]>();
    for (const { from, to, typeOnly } of IMPORTS) if (!typeOnly) next.set(from, [...(next.get(from) ?? []), to]);
    const finished = new Set<string>();
    const cycleFrom = (file: string, path: readonly string[]): readonly string[] | undefined => {
      if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
      if (finished.has(file)) return undefined;
      for (const to of next.get(file) ?? []) {
        const cycle = cycleFrom(to, [...path, file]);
        if (cycle) return cycle;
      }
      finished.add(file);
      return undefined;
    };
    expect([...next.keys()].map((file) => cycleFrom(file, [])).find((cycle) => cycle)).toBeUndefined();
  });

  test("never reach what belongs to one runtime only", () => {
    expect(sources().filter((file) => /\bBun\.|from "bun/.test(readFileSync(join(SRC, file), "utf8")))).toEqual([]);
  });
});

function sources(): string[] {
  return (readdirSync(SRC, { recursive: true }) as string[]).filter(
    (file) => file.endsWith(".ts") && !file.endsWith(".test.ts"),
  );
}

// The formatter writes every import on lines that end in `from "…";`, so this finds them all.
function importsOf(from: string): Import[] {
  const text = readFileSync(join(SRC, from), "utf8");
  const statements = text.matchAll(/^(import|export)( type)?[^;"]*?from "(\.[^"]+)";|\bimport\("(\.[^"]+)"\)/gm);
  return [...statements].map(([, , type, fixed, lazy]) => ({
    from,
    to: relative(SRC, join(SRC, dirname(from), fixed ?? lazy ?? "")),
    // A lazy import is no cycle either: it happens after both files are loaded.
    typeOnly: type !== undefined || lazy !== undefined,
  }));
}

function roomOf(file: string): string {
  return file.includes("/") ? (file.split("/")[0] ?? "") : "main";
}
