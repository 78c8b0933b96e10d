// The repositories of the embedded registry: each is an OCI image layout in a folder, with its tags in `index.json`.

import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Digest, digestOf, parseDigest } from "../../base/digest.ts";
import { type Log, silent } from "../../base/log.ts";
import { publishFile } from "../../base/publish.ts";
import { parseManifest } from "../manifest.ts";
import { MEDIA } from "../media-types.ts";
import { type ContentStore, contentStore } from "../store/content-store.ts";
import { prepareLayout } from "../store/layout.ts";
import type { Descriptor } from "../types.ts";

const TAG = "org.opencontainers.image.ref.name";

/** One repository. */
export interface Repository {
  readonly store: ContentStore;
  tags(): Promise<readonly string[]>;
  /** The manifest of a tag or digest; nothing when there is none. */
  manifest(reference: string): Promise<{ readonly descriptor: Descriptor; readonly bytes: Buffer } | undefined>;
  /** Stores a manifest and points the tag, if it is one, at it. @throws E_MANIFEST_… */
  setManifest(reference: string, bytes: Buffer, mediaType: string | undefined): Promise<Digest>;
}

/** The repository in the layout folder `root`. */
export function repository(root: string, log: Log = silent): Repository {
  const store = contentStore(root, { log });
  let turn: Promise<unknown> = Promise.resolve();
  const byDigest = async (digest: Digest) => {
    const size = await stat(store.path(digest)).then(
      (info) => info.size,
      () => undefined,
    );
    if (size === undefined) return undefined;
    const bytes = await store.read({ digest, size });
    return { descriptor: { mediaType: parseManifest(bytes, undefined, digest).mediaType, digest, size }, bytes };
  };
  return {
    store,
    tags: async () => [...new Set((await readIndex(root)).flatMap((entry) => entry.annotations?.[TAG] ?? []))].sort(),
    async manifest(reference) {
      if (reference.includes(":")) return byDigest(parseDigest(reference));
      const entry = (await readIndex(root)).find((one) => one.annotations?.[TAG] === reference);
      return entry && byDigest(entry.digest);
    },
    async setManifest(reference, bytes, mediaType) {
      const parsed = parseManifest(bytes, mediaType, reference);
      const digest = digestOf(bytes, reference.startsWith("sha512:") ? "sha512" : "sha256");
      await store.put({ digest, size: bytes.length }, bytes);
      const entry = { mediaType: parsed.mediaType, digest, size: bytes.length };
      turn = turn
        .catch(() => undefined)
        .then(() => writeTag(root, entry, reference.includes(":") ? undefined : reference));
      await turn;
      return digest;
    },
  };
}

async function readIndex(root: string): Promise<readonly Descriptor[]> {
  const bytes = await readFile(join(root, "index.json")).catch(() => undefined);
  const index = bytes && parseManifest(bytes, MEDIA.ociIndex, root);
  return index?.kind === "index" ? index.manifests : [];
}

async function writeTag(root: string, entry: Descriptor, tag: string | undefined): Promise<void> {
  await prepareLayout(root);
  const others = (await readIndex(root)).filter((one) => tag === undefined || one.annotations?.[TAG] !== tag);
  if (tag === undefined && others.some((one) => one.digest === entry.digest)) return;
  const added = tag === undefined ? entry : { ...entry, annotations: { [TAG]: tag } };
  const text = JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests: [...others, added] });
  await publishFile(join(root, "index.json"), 0o600, async (file) => void (await file.write(text)));
}
