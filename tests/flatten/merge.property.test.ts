// The streaming merge against the model, on thousands of random stacks of layers.

import fc from "fast-check";
import { expect, test } from "vitest";
import { layerTar } from "../support/oci-image.ts";
import { flattenToTree } from "./flatten-to-tree.ts";
import { memoryImage } from "./memory-image.ts";
import { applyLayers } from "./model.ts";
import { stacks } from "./stacks.ts";
import { impliedIn, describe as lines } from "./tree.ts";

const COMPARED = { owners: true, xattrs: true, dirTimes: true };

test.each([
  { name: "layers as builders write them", duplicates: false, runs: 1500 },
  { name: "layers that have paths twice", duplicates: true, runs: 1500 },
])(
  "the merged stream is what applying the layers in order leaves: $name",
  async ({ duplicates, runs }) => {
    const chunk = fc.constantFrom(512, 700, 65_536);
    await fc.assert(
      fc.asyncProperty(stacks({ duplicates }), chunk, async (layers, piece) => {
        const want = applyLayers(layers);
        const got = await flattenToTree(memoryImage(await Promise.all(layers.map(layerTar)), piece));
        const implied = impliedIn(want);
        expect(lines(got, implied, COMPARED)).toEqual(lines(want, implied, COMPARED));
      }),
      { numRuns: runs, seed: 20_240_102 },
    );
  },
  60_000,
);
