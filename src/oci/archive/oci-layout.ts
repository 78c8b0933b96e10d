// Reads an image of an OCI layout (image-spec image-layout.md), in a folder or in an archive of one.

import { lstat, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { checkBytes, type Digest, type Expected } from "../../base/digest.ts";
import { reasonOf } from "../../base/errors.ts";
import { type Documents, resolveFrom } from "../image-resolution.ts";
import { type ParsedIndex, parseManifest } from "../manifest.ts";
import { isIndexType, MEDIA } from "../media-types.ts";
import { choosePlatform } from "../platform.ts";
import { DOCUMENT_LIMIT, type Waiting } from "../store/content-store.ts";
import { sizeOf } from "../store/layout.ts";
import { verifiedFile } from "../store/verified-file.ts";
import type { Descriptor, Platform } from "../types.ts";
import type { ArchivedImage } from "./docker-archive.ts";
import { fail } from "./errors.ts";
import { blobName } from "./image-members.ts";
import { REF_NAME } from "./layout-index.ts";
import type { Members } from "./members.ts";

/** The files of a layout, by their names in it. */
export interface LayoutFiles {
  readonly path: string;
  /** A document's bytes. */
  document(name: string): Promise<Buffer>;
  /** Size of a blob; nothing when it is not there. */
  size(name: string): Promise<number | undefined>;
  open(name: string, want: Expected, options: Waiting): Promise<Readable>;
}

interface Wanted {
  readonly tag?: string | undefined;
  readonly digest?: Digest | undefined;
  readonly platform: Platform;
}

/** An image of a layout. @throws E_LAYOUT_…, E_PLATFORM_MISSING, E_MANIFEST_…, E_CONFIG_… */
export async function layoutImage(files: LayoutFiles, wanted: Wanted): Promise<ArchivedImage> {
  const { path } = files;
  const index = parseManifest(await files.document("index.json"), MEDIA.ociIndex, path);
  if (index.kind !== "index") throw fail("E_LAYOUT_FORM", { path, why: "its index.json is no index" });
  const root = await chooseRoot(files, index, wanted);
  const documents: Documents = {
    async read(descriptor) {
      const bytes = await files.document(blobName(descriptor.digest));
      checkBytes(bytes, descriptor, `${descriptor.digest} in ${path}`);
      return bytes;
    },
  };
  const image = await resolveFrom(documents, root, wanted.platform, path);
  return { image, blobs: { open: (d, options) => files.open(blobName(d.digest), d, options) } };
}

async function chooseRoot(files: LayoutFiles, index: ParsedIndex, wanted: Wanted): Promise<Descriptor> {
  const { path } = files;
  const { manifests } = index;
  const have =
    manifests
      .map((entry) => `${entry.digest} (${entry.annotations?.[REF_NAME] ?? "no tag"})`)
      .slice(0, 40)
      .join(", ") || "none";
  if (wanted.digest) {
    const listed = manifests.find((entry) => entry.digest === wanted.digest);
    const size = listed ? undefined : await files.size(blobName(wanted.digest));
    if (!listed && size === undefined) throw fail("E_LAYOUT_IMAGE", { path, image: wanted.digest, have });
    // Not listed, so its type is told by the document itself.
    return listed ?? { mediaType: "application/json", digest: wanted.digest, size: size ?? 0 };
  }
  const named = wanted.tag === undefined ? manifests : manifests.filter((entry) => hasTag(entry, wanted.tag ?? ""));
  const [first] = named;
  if (!first) throw fail("E_LAYOUT_IMAGE", { path, image: wanted.tag ?? "at all", have });
  if (named.length === 1 || new Set(named.map((entry) => entry.digest)).size === 1) return first;
  // One image for several platforms, listed flat: the names are the same (or none), the platforms differ.
  const names = new Set(named.map((entry) => entry.annotations?.[REF_NAME] ?? ""));
  const flat = names.size === 1 && named.every((entry) => entry.platform && !isIndexType(entry.mediaType));
  if (flat) return choosePlatform(named, wanted.platform);
  throw fail("E_LAYOUT_SEVERAL", { path, have });
}

// Most tools write the bare tag there, some the whole reference.
function hasTag(entry: Descriptor, tag: string): boolean {
  const name = entry.annotations?.[REF_NAME];
  return name === tag || name?.endsWith(`:${tag}`) === true;
}

/** The files of a layout folder. @throws E_ARCHIVE_OPEN, E_LAYOUT_FORM */
export async function folderFiles(path: string): Promise<LayoutFiles> {
  const info = await lstat(join(path, "index.json")).catch((error: unknown) => {
    throw fail("E_LAYOUT_FORM", { path, why: reasonOf(error) }, { cause: error });
  });
  if (!info.isFile()) throw fail("E_LAYOUT_FORM", { path, why: "its index.json is no file" });
  return {
    path,
    size: (name) => sizeOf(join(path, name)),
    async document(name) {
      const size = await sizeOf(join(path, name));
      if (size === undefined) throw fail("E_ARCHIVE_MEMBER", { path, name });
      if (size > DOCUMENT_LIMIT) throw fail("E_ARCHIVE_LIMIT", { path, what: `a document of ${size} bytes` });
      return readFile(join(path, name));
    },
    async open(name, want, { signal }) {
      if ((await sizeOf(join(path, name))) === undefined) throw fail("E_ARCHIVE_MEMBER", { path, name });
      return verifiedFile(await open(join(path, name), "r"), {
        ...want,
        offset: 0,
        what: `${name} in ${path}`,
        signal,
      });
    },
  };
}

/** The files of a layout in an archive. */
export function memberFiles(members: Members): LayoutFiles {
  return {
    path: members.path,
    document: (name) => members.document(name),
    open: (name, want, options) => members.open(name, want, options),
    size: async (name) => (members.has(name) ? members.size(name).size : undefined),
  };
}
