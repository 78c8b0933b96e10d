// The benchmarks of the gate: `node bench/gate.ts [--rounds N] [NAME]…`. Needs build/berth (or BERTH_BINARY) and `file`, no root.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { runMeasures } from "./command-line.ts";
import { type InventoryPlace, inventory } from "./measures/inventory.ts";
import { launchCheck } from "./measures/launch-check.ts";

const ROOT = join(import.meta.dirname, "..");
const FOLDERS = 1000;
const FILES_EACH = 100;
/** One file of each folder is an image. */
const SQUASHFS = Buffer.concat([Buffer.from("hsqs"), Buffer.alloc(92)]);

await runMeasures<InventoryPlace>({ "launch-check": launchCheck, inventory }, () => {
  const work = mkdtempSync(join(tmpdir(), "berth-bench-gate-"));
  for (let folder = 0; folder < FOLDERS; folder++) {
    const path = join(work, "tree", String(folder % 10), String(folder));
    mkdirSync(path, { recursive: true });
    for (let file = 0; file < FILES_EACH; file++)
      writeFileSync(join(path, `${file}.dat`), file === 0 ? SQUASHFS : `# results of run ${file}\n`.repeat(20));
  }
  const berth = resolve(process.env["BERTH_BINARY"] ?? join(ROOT, "build/berth"));
  return {
    where: { work, berth, files: FOLDERS * FILES_EACH },
    close: () => rmSync(work, { recursive: true, force: true }),
  };
});
