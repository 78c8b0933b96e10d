// Writes a ready image where it is to go: one function for every kind of target. Whatever it is, it appears complete or
// not at all.

import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Digest, digestOf, digestParts } from "../base/digest.ts";
import { partialName, removeAbandoned } from "../base/publish.ts";
import type { ConversionOptions } from "../image/conversion-options.ts";
import type { ImageKey } from "../image/encrypted/index.ts";
import { imageKey } from "../image/image-store.ts";
import { makeImage } from "../image/make-image.ts";
import { type Outcome, placeImage } from "../image/obtain.ts";
import { writeDockerArchive } from "../oci/archive/write-docker-archive.ts";
import { writeOciArchive } from "../oci/archive/write-oci-archive.ts";
import { writeOciLayout } from "../oci/archive/write-oci-layout.ts";
import { packImage } from "../oci/layers/pack-image.ts";
import type { Environment } from "../platform/user.ts";
import { type PushTools, pushImage, pushSif } from "./push-target.ts";
import type { ReadyImage } from "./ready-image.ts";
import { unpackProgram, writeSandbox } from "./sandbox-target.ts";
import type { BuildTarget } from "./target.ts";

/** What writing works with; only what the kind of target needs is used. */
export interface TargetOptions extends PushTools {
  /** How a SIF file is written. */
  readonly conversion: ConversionOptions;
  /** Largest sum of file sizes that is accepted, in bytes. */
  readonly maxBytes: number;
  /** Permission bits of new files are 0777 (SIF) or 0666 without these. */
  readonly umask: number;
  /** Encrypts the root file system of a SIF file. */
  readonly encryption?: ImageKey | undefined;
  /** Where programs are looked for. */
  readonly env: Environment;
}

/** What was written. */
export interface WrittenTarget {
  /** Of the image's manifest, where the target has one. */
  readonly digest?: Digest;
  /** Of a SIF file: whether there was anything to do. */
  readonly outcome?: Outcome;
}

/** Writes the image; what has the target's name is replaced (`checkTarget` has asked). @throws what its writers do */
export async function writeTarget(target: BuildTarget, ready: ReadyImage, o: TargetOptions): Promise<WrittenTarget> {
  const { signal } = o;
  const mode = 0o666 & ~o.umask;
  switch (target.kind) {
    case "sif":
      return writeSif(target.path, ready, o);
    case "sandbox":
      await throughSif(ready, o, async (sif) => {
        await writeSandbox(sif, target.path, { unsquashfs: unpackProgram(o.env), signal });
      });
      return {};
    case "docker-archive": {
      const { path, reference } = target;
      await writeDockerArchive(ready.image, ready.blobs, { path, reference, mode, signal });
      return {};
    }
    case "oci":
    case "oci-archive": {
      const { image, blobs } = await packImage(ready.image, ready.blobs, { ...o, compression: o.layerCompression });
      const write = target.kind === "oci" ? writeOciLayout : writeOciArchive;
      await write(image, blobs, { path: target.path, tag: target.tag, mode, signal });
      return { digest: image.descriptor.digest };
    }
    case "docker":
      return { digest: await pushImage(target.reference, ready, o) };
    case "oras":
      return throughSif(ready, o, async (sif) => ({ digest: await pushSif(sif, target.reference, o) }));
    case "nothing":
      return {};
  }
}

// An image that was built or written before is not compressed again.
async function writeSif(target: string, ready: ReadyImage, o: TargetOptions): Promise<WrittenTarget> {
  const { digest } = ready.image.descriptor;
  const mode = 0o777 & ~o.umask;
  if (o.encryption) {
    // No two of them are alike, and the cache shall not hold what opens without a key.
    await makeImage(ready.image, ready.blobs, target, { ...sifOptions(ready, mode, o), encryption: o.encryption });
    return { digest, outcome: "made" };
  }
  const bare = imageKey(digest, o.conversion);
  const { attributes, documents } = ready;
  // What the image itself does not tell is part of the file.
  const more = attributes || documents ? JSON.stringify([bare, attributes, documents?.descriptor.digest]) : undefined;
  const key = more === undefined ? bare : digestParts(digestOf(more)).hex;
  const outcome = await placeImage({ target, key, mode, cache: o.cache, log: o.log }, (remembered) =>
    makeImage(ready.image, ready.blobs, target, { ...sifOptions(ready, mode, o), remembered }),
  );
  return { digest, outcome };
}

function sifOptions({ attributes, documents }: ReadyImage, mode: number, o: TargetOptions) {
  const { conversion, maxBytes, log, progress, signal } = o;
  return { conversion, maxBytes, mode, log, progress, signal, attributes, documents };
}

/** Gives `use` the image as a SIF file that is gone afterwards. */
async function throughSif<T>(ready: ReadyImage, o: TargetOptions, use: (path: string) => Promise<T>): Promise<T> {
  const name = join(o.cache.imageDir, "target.sif");
  await mkdir(o.cache.imageDir, { recursive: true, mode: 0o700 });
  await removeAbandoned(name);
  const path = partialName(name);
  try {
    await makeImage(ready.image, ready.blobs, path, sifOptions(ready, 0o600, o));
    return await use(path);
  } finally {
    await rm(path, { force: true });
  }
}
