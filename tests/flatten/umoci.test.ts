// Our squashfs files against what umoci unpacks from the same layers, and against the model: whole images, real tools.

import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { removeTree } from "../../src/oci/store/sandboxes.ts";
import { type LayerEntry, layerTar, type TestImage, writeLayout } from "../support/oci-image.ts";
import { convert, hasProgram, squashfsTree, umociTree } from "./judges.ts";
import { memoryImage } from "./memory-image.ts";
import { applyLayers } from "./model.ts";
import { stacks } from "./stacks.ts";
import { impliedIn, describe as lines } from "./tree.ts";

const RUNS = 120;
const AS_ROOT = process.getuid?.() === 0;
const missing = (
  await Promise.all(["umoci", "tar2sqfs", "sqfs2tar"].map(async (p) => ((await hasProgram(p)) ? [] : [p])))
).flat();
const why = missing.length > 0 ? ` (skipped: ${missing.join(", ")} not installed)` : "";

// As an ordinary user umoci does not see what lies below a folder that this user may not enter, and writes files for devices.
const isTooHard = ({ type, mode = 0o755 }: LayerEntry) =>
  type === "character-device" || (type === "directory" && (mode & 0o100) === 0);

test.skipIf(missing.length > 0)(
  `the tree in our file is the tree that umoci unpacks${why}`,
  async () => {
    const scratch = await mkdtemp(join(tmpdir(), "berth-umoci-"));
    const samples = fc.sample(stacks({ duplicates: false }), { numRuns: RUNS, seed: 7 });
    const images = samples.map((layers, number): [string, TestImage] => [
      `stack-${number}`,
      { layers: layers.map((entries) => ({ entries })) },
    ]);
    try {
      await writeLayout(join(scratch, "layout"), Object.fromEntries(images));
      for (const [number, layers] of samples.entries()) {
        const file = join(scratch, `${number}.sqfs`);
        await convert(memoryImage(await Promise.all(layers.map(layerTar))), file);
        const ours = await squashfsTree(file);
        const model = applyLayers(layers);
        const implied = impliedIn(model);
        expect(lines(ours, implied, { owners: true, xattrs: true, dirTimes: true })).toEqual(
          lines(model, implied, { owners: true, xattrs: true, dirTimes: true }),
        );
        if (!AS_ROOT && layers.flat().some(isTooHard)) continue;
        const theirs = await umociTree(
          join(scratch, "layout"),
          images[number]?.[0] ?? "",
          join(scratch, String(number)),
        );
        const compared = { owners: AS_ROOT, xattrs: false, dirTimes: false };
        expect(lines(ours, implied, compared)).toEqual(lines(theirs, implied, compared));
        await removeTree(join(scratch, String(number)));
      }
    } finally {
      await removeTree(scratch);
    }
  },
  120_000,
);
