// The published schema is the one that is used. `npm test -- -u` writes it anew.

import { join } from "node:path";
import { expect, test } from "vitest";
import { SITE_SCHEMA } from "./site-schema.ts";

test("docs/site.schema.json is the schema that site.yaml is checked with", async () => {
  const published = { $schema: "https://json-schema.org/draft/2020-12/schema", ...SITE_SCHEMA };
  const path = join(import.meta.dirname, "../../docs/site.schema.json");
  await expect(`${JSON.stringify(published, null, 2)}\n`).toMatchFileSnapshot(path);
});
