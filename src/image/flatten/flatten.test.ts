import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { memoryImage, OPTIONS } from "../../../tests/flatten/memory-image.ts";
import { layerTar } from "../../../tests/support/oci-image.ts";
import { silent, unwatched } from "../../base/log.ts";
import { flatten } from "./flatten.ts";

test("a layer that has to be read twice counts once against the limits", async () => {
  const twice = [1, 2].map((n) => ({ path: "a", content: Buffer.alloc(500_000, n) }));
  const layer = await layerTar(twice);
  const job = {
    ...memoryImage([layer]),
    options: { ...OPTIONS, limits: { maxBytes: 1_200_000, maxEntries: 3 } },
    context: { log: silent, progress: unwatched },
    signal: new AbortController().signal,
    planned: new Set([0]),
  };
  const report = await flatten(job, new Writable({ write: (_, __, done) => done() }));
  expect(report).toMatchObject({ entries: 1, layerBytes: layer.length });
});
