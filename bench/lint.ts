// The benchmarks of lint: `node bench/lint.ts [--rounds N] [NAME]…`. Needs build/berth (or BERTH_BINARY), no images and no root.

import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { runMeasures } from "./command-line.ts";
import { type LintPlace, oneFile, tree } from "./measures/lint.ts";

const ROOT = join(import.meta.dirname, "..");
const RECIPES = join(ROOT, "tests/policy-corpus/recipes");

await runMeasures<LintPlace>({ "one-file": oneFile, tree }, () => {
  const work = mkdtempSync(join(tmpdir(), "berth-bench-lint-"));
  const berth = resolve(process.env["BERTH_BINARY"] ?? join(ROOT, "build/berth"));
  // A repository of a thousand recipes: the corpus twelve times.
  for (let copy = 0; copy < 12; copy++) cpSync(RECIPES, join(work, "tree", String(copy)), { recursive: true });
  mkdirSync(join(work, "one"));
  const scripts = readdirSync(RECIPES).filter((name) => /\.(sh|sbatch)$/.test(name));
  const where = {
    work,
    berth,
    recipe: join(RECIPES, "add-git.Dockerfile"),
    scripts: scripts.map((name) => join(RECIPES, name)),
  };
  return { where, close: () => rmSync(work, { recursive: true, force: true }) };
});
