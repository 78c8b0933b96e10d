// Which layer an image file was turned into: making one of a gigabyte takes many seconds, and builds begin with the same
// file again and again. A file that still has its inode, size and times is the one that was read, since no ordinary user
// can set a change time; whether the layer is still in the store is asked each time.

import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseDigest } from "../base/digest.ts";
import { publishFile } from "../base/publish.ts";
import type { OpenedImage } from "../image/open.ts";
import { asObject, jsonObject } from "../oci/json.ts";
import type { Cache } from "../oci/store/cache.ts";
import type { Descriptor } from "../oci/types.ts";

/** Raised when the same file comes to be another layer. */
const FORM = 1;

/** What a file was turned into. */
export interface MadeLayer {
  readonly layer: Descriptor;
  /** Devices and sockets that were left out. */
  readonly skipped: number;
}

/** The layer of an unchanged file (opened as `image`) that is in the store; else `make` makes it, and it is remembered. */
export async function rememberedLayer(
  image: Pick<OpenedImage, "path" | "identity">,
  cache: Cache,
  mediaType: string,
  make: () => Promise<MadeLayer>,
): Promise<MadeLayer> {
  const before = await markOf(image);
  const file = join(cache.root, "build", "imports", `${before.name}.json`);
  const known = before.opened ? await read(file, before.mark, mediaType) : undefined;
  if (known && (await cache.blobs.has(known.layer))) return known;
  const made = await make();
  const after = await markOf(image);
  if (cache.temporary || !after.opened || after.mark !== before.mark) return made;
  const { digest, size } = made.layer;
  await mkdir(join(cache.root, "build", "imports"), { recursive: true, mode: 0o700 });
  const text = JSON.stringify({ mark: before.mark, digest, size, skipped: made.skipped });
  await publishFile(file, 0o600, (handle) => handle.writeFile(text));
  return made;
}

/** What the path leads to by now, and whether that is the file that was opened. */
async function markOf({ path, identity }: Pick<OpenedImage, "path" | "identity">) {
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  const opened = dev === identity.dev && ino === identity.ino && mtimeNs === identity.mtimeNs;
  return { opened, name: `${dev}-${ino}`, mark: [FORM, size, mtimeNs, ctimeNs].join(" ") };
}

// No record, a damaged one and one of another file all mean that nothing is known.
async function read(file: string, mark: string, mediaType: string): Promise<MadeLayer | undefined> {
  try {
    const record = asObject(jsonObject(await readFile(file)));
    const { digest, size, skipped } = record ?? {};
    if (record?.["mark"] !== mark || typeof size !== "number" || typeof skipped !== "number") return undefined;
    return { layer: { mediaType, digest: parseDigest(String(digest)), size }, skipped };
  } catch {
    return undefined;
  }
}
