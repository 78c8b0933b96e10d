// Runs on a disk of 4 MiB (its argument) and says as JSON how each attempt to store 8 MiB ends and what it leaves.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { digestOf } from "../../src/base/digest.ts";
import { BerthError } from "../../src/base/errors.ts";
import { silent } from "../../src/base/log.ts";
import { blobSource } from "../../src/oci/fetch/blob-source.ts";
import { contentStore } from "../../src/oci/store/content-store.ts";
import type { Descriptor } from "../../src/oci/types.ts";

const root = join(process.argv[2] ?? "", "store");
const store = contentStore(root, { log: silent });
const bytes = Buffer.alloc(8 * 1024 * 1024, "x");
const pieces = () =>
  Readable.from(Array.from({ length: 128 }, (_, at) => bytes.subarray(at * 65_536, (at + 1) * 65_536)));
const big = { digest: digestOf(bytes), size: bytes.length };
const results: Record<string, { code: string; left: string[] }> = {};

async function attempt(name: string, work: () => Promise<unknown>): Promise<void> {
  const code = await work().then(
    () => "none",
    (error: unknown) => (error instanceof BerthError ? error.code : String(error)),
  );
  results[name] = { code, left: await readdir(join(root, "partial")) };
}

function fetching(descriptor: Descriptor) {
  const fetch = async () => ({ body: pieces(), ranged: true, total: descriptor.size });
  return blobSource({ store, fetch, log: silent }).prefetch([descriptor]);
}

await attempt("put", () => store.put(big, pieces()));
await attempt("add", () => store.add(pieces()));
await attempt("announced", () => fetching({ ...big, mediaType: "x" }));
// Half of the disk is free when the download begins, and taken by another while it goes on.
const half = { mediaType: "x", digest: digestOf(bytes.subarray(0, 3_000_000)), size: 3_000_000 };
await attempt("filled", async () => {
  const other = contentStore(join(process.argv[2] ?? "", "other"), { log: silent });
  const fetch = async () => {
    await other.add(Readable.from([Buffer.alloc(2_500_000, "y")]));
    return { body: Readable.from([bytes.subarray(0, 1_500_000), bytes.subarray(1_500_000, 3_000_000)]), ranged: true };
  };
  await blobSource({ store, fetch, log: silent }).prefetch([half]);
});
process.stdout.write(JSON.stringify(results));
