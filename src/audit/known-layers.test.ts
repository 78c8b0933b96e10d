import { expect, test } from "vitest";
import { silent, unwatched } from "../base/log.ts";
import type { BlobSource, Descriptor } from "../oci/types.ts";
import { AUDIT_LIMITS, layerRecords } from "./known-layers.ts";
import type { LayerRecord } from "./layer-record.ts";
import { NO_RECORDS } from "./record-cache.ts";

// As long as a layer may have names at all; a text of the same letters costs no memory.
const NAME = "x".repeat(256 * 1024 * 1024);
const EMPTY = {
  diffId: undefined,
  entries: [],
  whiteouts: [],
  opaque: [],
  texts: new Map(),
  secrets: [],
  packages: { files: [] },
};

function layers(count: number): readonly Descriptor[] {
  return Array.from({ length: count }, (_, index) => ({
    mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
    digest: `sha256:${String(index).padStart(64, "0")}` as Descriptor["digest"],
    size: 1,
  }));
}

test.each<[string, Partial<LayerRecord>]>([
  ["whiteouts", { whiteouts: [NAME] }],
  ["hidden folders", { opaque: [NAME] }],
  ["texts", { texts: new Map([["a", NAME]]) }],
])("layers that are known do not fill the memory with names of %s", async (_, parts) => {
  const cache = { ...NO_RECORDS, find: async () => ({ ...EMPTY, ...parts }) };
  const tools = { cache, log: silent, progress: unwatched, signal: new AbortController().signal, limits: AUDIT_LIMITS };
  const blobs: BlobSource = { open: () => Promise.reject(new Error("nothing is to be fetched")) };
  await expect(layerRecords(layers(2), blobs, tools)).resolves.toHaveLength(2);
  await expect(layerRecords(layers(3), blobs, tools)).rejects.toMatchObject({ code: "E_AUDIT_LIMIT" });
});
