// What an audit says that an image holds, against applying its layers in order (the flattening's model), on random stacks.

import fc from "fast-check";
import { expect, test } from "vitest";
import { auditImage } from "../../src/audit/audit-image.ts";
import type { FileEntry, FileFacts } from "../../src/audit/types.ts";
import { memoryImage } from "../flatten/memory-image.ts";
import { applyLayers } from "../flatten/model.ts";
import { stacks } from "../flatten/stacks.ts";
import type { TreeNode } from "../flatten/tree.ts";
import { type LayerEntry, layerTar } from "../support/oci-image.ts";

const chunk = fc.constantFrom(512, 700, 65_536);

async function filesOf(layers: readonly (readonly LayerEntry[])[], piece: number): Promise<FileFacts> {
  const { image, blobs } = memoryImage(await Promise.all(layers.map(layerTar)), piece);
  const audited = await auditImage({ name: "test", image, blobs });
  if (!audited.files) throw new Error("no files");
  return audited.files;
}

const MODEL_TYPES = { file: "file", dir: "directory", symlink: "symlink", device: "device", fifo: "fifo" } as const;

function wanted([path, node]: readonly [string, TreeNode]): string {
  return `${path} ${MODEL_TYPES[node.type as keyof typeof MODEL_TYPES]} ${node.mode} ${node.uid} ${node.content.length}`;
}

test.each([{ duplicates: false }, { duplicates: true }])(
  "the merged tree is what applying the layers in order leaves (paths twice in a layer: $duplicates)",
  async ({ duplicates }) => {
    await fc.assert(
      fc.asyncProperty(stacks({ duplicates }), chunk, async (layers, piece) => {
        const model = applyLayers(layers);
        const { entries } = await filesOf(layers, piece);
        // A link is told as a link, and directories that nobody described are left out: neither is compared.
        const links = new Set(entries.filter(({ type }) => type === "hardlink").map(({ path }) => path));
        const described = (entry: FileEntry) => `${entry.path} ${entry.type} ${entry.mode} ${entry.uid} ${entry.size}`;
        expect(
          entries
            .filter(({ path }) => !links.has(path))
            .map(described)
            .sort(),
        ).toEqual(
          [...model]
            .filter(([path, node]) => path !== "" && !node.implied && !links.has(path))
            .map(wanted)
            .sort(),
        );
        for (const path of links) expect(model.has(path)).toBe(true);
      }),
      { numRuns: 500, seed: 20_240_103 },
    );
  },
);

test("everything that a layer brings is seen or hidden by a layer above, once", async () => {
  await fc.assert(
    fc.asyncProperty(stacks({ duplicates: false }), chunk, async (layers, piece) => {
      const { entries, hidden } = await filesOf(layers, piece);
      for (const { layer, by } of hidden) expect(by).toBeGreaterThan(layer);
      const seen = [...entries.filter(({ type }) => type !== "directory"), ...hidden];
      const told = seen.map(({ path, layer }) => `${layer} ${path}`).sort();
      const brought = layers.flatMap((layer, index) =>
        layer.filter(({ path, type }) => type !== "directory" && !isMarker(path)).map(({ path }) => `${index} ${path}`),
      );
      expect(told).toEqual(brought.sort());
    }),
    { numRuns: 300, seed: 20_240_104 },
  );
});

function isMarker(path: string): boolean {
  return path.slice(path.lastIndexOf("/") + 1).startsWith(".wh.");
}
