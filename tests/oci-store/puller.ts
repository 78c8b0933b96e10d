// A process of its own that brings one blob into a store, for tests that kill it or run two at once:
// node puller.ts HOST STORE DESCRIPTOR-JSON [BIG PIECE]. Says "started" when the first bytes are asked for.

import { type Log, silent } from "../../src/base/log.ts";
import { blobSource } from "../../src/oci/fetch/blob-source.ts";
import { parseReference } from "../../src/oci/reference.ts";
import { registryClient } from "../../src/oci/registry/client.ts";
import { contentStore } from "../../src/oci/store/content-store.ts";
import type { Descriptor } from "../../src/oci/types.ts";

const [host = "", root = "", json = "[]", big = "", piece = ""] = process.argv.slice(2);
const log: Log = { ...silent, info: (text) => process.stdout.write(`${text}\n`) };
const client = registryClient({ env: {} });
const blobs = blobSource({
  store: contentStore(root, { log }),
  fetch: (descriptor, request) => client.blob(parseReference(`${host}/app:v1`), descriptor, request),
  log,
  ...(big ? { big: Number(big), piece: Number(piece) } : {}),
});
await blobs.prefetch(JSON.parse(json) as Descriptor[]);
await client.close();
