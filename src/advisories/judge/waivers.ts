// Flaws that somebody at the site has accepted for a time: a YAML or JSON file whose every entry has an id, an owner, a
// reason and an end. Reads the file; decides nothing.

import { type Static, Type } from "typebox";
import { Compile } from "typebox/compile";
import { reasonOf } from "../../base/errors.ts";
import { fail } from "../errors.ts";
import { readBounded } from "./read-bounded.ts";

const text = Type.String({ minLength: 1, maxLength: 1000 });
const DAY = "^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])$";
const WAIVER = Type.Object(
  {
    id: text,
    package: Type.Optional(text),
    image: Type.Optional(text),
    owner: text,
    reason: text,
    until: Type.String({ pattern: DAY }),
  },
  { additionalProperties: false },
);
const FILE = Type.Object({ waivers: Type.Array(WAIVER, { maxItems: 100_000 }) }, { additionalProperties: false });

/** One accepted flaw. */
export type FlawWaiver = Static<typeof WAIVER> & {
  /** File that says so. */
  readonly source: string;
};

const MAX_BYTES = 4 << 20;

/** Reads a file of waivers. @throws E_WAIVER_FORM */
export async function readWaivers(path: string): Promise<readonly FlawWaiver[]> {
  const { parse } = await import("../../base/yaml.ts");
  const bytes = await readBounded(path, MAX_BYTES).catch((cause: unknown) => {
    throw fail("E_WAIVER_FORM", { path, why: reasonOf(cause) }, { cause });
  });
  if (!bytes) throw fail("E_WAIVER_FORM", { path, why: "it is too big" });
  const value = parsed(() => parse(bytes.toString("utf8"), { maxAliasCount: 0, schema: "core" }) as unknown, path);
  const check = Compile(FILE);
  if (!check.Check(value)) {
    const [first] = check.Errors(value);
    throw fail("E_WAIVER_FORM", {
      path,
      why: `${first?.instancePath || "/"} ${first?.message ?? "is not as it should be"}`,
    });
  }
  return value.waivers.map((waiver) => ({ ...waiver, source: path }));
}

function parsed(read: () => unknown, path: string): unknown {
  try {
    return read();
  } catch (cause) {
    throw fail("E_WAIVER_FORM", { path, why: reasonOf(cause) }, { cause });
  }
}

/** True while a waiver holds: to the end of its last day, UTC. */
export function isCurrent({ until }: Pick<FlawWaiver, "until">, now: Date): boolean {
  return now.toISOString().slice(0, 10) <= until;
}
