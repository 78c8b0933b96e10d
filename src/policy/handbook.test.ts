// The pages of the handbook are those that the rules make. `npm test -- -u` writes them anew.

import { join } from "node:path";
import { expect, test } from "vitest";
import { serviceRulesPage, storageClassesPage } from "./handbook.ts";

const DOCS = join(import.meta.dirname, "../../docs");

test("docs/service-rules.md is what the rules say", async () => {
  await expect(serviceRulesPage()).toMatchFileSnapshot(join(DOCS, "service-rules.md"));
});

test("docs/storage-classes.md is the table that is used", async () => {
  await expect(storageClassesPage()).toMatchFileSnapshot(join(DOCS, "storage-classes.md"));
});
