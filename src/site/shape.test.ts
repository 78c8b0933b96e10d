// The check in our own words finds something exactly when the library's does.

import fc from "fast-check";
import { Value } from "typebox/value";
import { describe, expect, test } from "vitest";
import { misfits } from "./shape.ts";
import { SHIFTER_SCHEMA } from "./shifter/schema.ts";
import { SITE_SCHEMA } from "./site-schema.ts";

const words = fc.constantFrom(
  "server",
  "gateway",
  "systems",
  "a",
  "imageDir",
  "admins",
  "workers",
  "jobs",
  "Platforms",
  "accesstype",
  "local",
  "Locations",
  "ImportUsers",
  "quota",
  "bytes",
  "imports",
  "expiration",
  "remote",
  "host",
);
const leaf = fc.oneof(
  fc.constantFrom<unknown>("", "local", "all", "5m", "1:2:3:4", "90", null, true, 0, -1, 1.5, 3, "1G"),
  fc.array(fc.constantFrom("root", ""), { maxLength: 2 }),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof({ depthSize: "medium" }, leaf, fc.dictionary(words, tie("tree"), { maxKeys: 4 })),
}));

describe("a check", () => {
  test.each([
    ["site.yaml", SITE_SCHEMA],
    ["imagemanager.json", SHIFTER_SCHEMA],
  ])("of %s finds something wrong exactly when the library does", (_, schema) => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(misfits(schema, value).length === 0).toBe(Value.Check(schema, value));
      }),
      { numRuns: 2000, seed: 4 },
    );
  });
});
