// Opens the cache ROOT (which this user cannot make) with the temporary folder TEMP, uses and closes it.

import { digestOf } from "../../src/base/digest.ts";
import { openCache } from "../../src/oci/store/cache.ts";

const [root = "", tempDir = ""] = process.argv.slice(2);
const warnings: string[] = [];
const cache = await openCache({
  root,
  tempDir,
  log: { info() {}, debug() {}, warn: (text) => void warnings.push(text) },
});
const want = { digest: digestOf("x"), size: 1 };
await cache.blobs.put(want, Buffer.from("x"));
const stored = await cache.blobs.has(want);
await cache.close();
process.stdout.write(JSON.stringify({ warnings, temporary: cache.temporary, stored }));
