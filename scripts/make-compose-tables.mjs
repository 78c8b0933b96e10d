// Writes the tables of docs/compose.md anew from the tables that the reader of compose files goes by.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withTables } from "../src/recipe/compose/key-table.ts";

const file = join(import.meta.dirname, "../docs/compose.md");
writeFileSync(file, withTables(readFileSync(file, "utf8")));
