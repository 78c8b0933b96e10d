// From a resolved image to its finished file in the job's folder: fetched and converted as a stream, for ext4 and xfs
// by way of an unpacked tree; measured, and on disk before anybody is told of it.

import { createHash } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Log, Progress } from "../../base/log.ts";
import type { ConversionOptions } from "../../image/conversion-options.ts";
import { writeSquashfs } from "../../image/convert.ts";
import { creationTime } from "../../image/metadata/labels.ts";
import type { BlobSource, OciImage } from "../../oci/types.ts";
import type { ImageFormat } from "../../site/gateway-config.ts";
import { makeExt4 } from "./ext-image.ts";
import type { FileFacts, JobFrame } from "./job-messages.ts";
import { neededTool, runTool } from "./tools.ts";
import { makeXfs } from "./xfs-image.ts";

/** Name of a job's finished file in its folder. */
export function imageFile(folder: string, format: ImageFormat): string {
  return join(folder, `image.${format}.partial`);
}

/** Where a job unpacks the files. */
export function treeFolder(folder: string): string {
  return join(folder, "tree");
}

export interface MakeFile {
  readonly frame: JobFrame;
  readonly image: OciImage;
  readonly blobs: BlobSource;
  readonly log: Log;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Makes the file, and the tree where one is wanted. After a failure the folder may hold parts. */
export async function makeFile(make: MakeFile): Promise<FileFacts> {
  const { frame, image, signal } = make;
  const { format } = frame.recipe;
  const target = imageFile(frame.folder, format);
  const tree = treeFolder(frame.folder);
  await rm(target, { force: true });
  if (format === "squashfs") {
    await convert(make, target, frame.recipe.conversion);
    if (frame.examiner !== undefined) await unpackTree(target, tree, signal);
    return finished(target, signal);
  }
  const between = imageFile(frame.folder, "squashfs");
  await rm(between, { force: true });
  await convert(make, between, PASSING);
  await unpackTree(between, tree, signal);
  await rm(between);
  const spec = { name: image.descriptor.digest, time: creationTime(image) };
  if (format === "ext4") await makeExt4(tree, target, spec, signal);
  else await makeXfs(tree, target, { ...spec, prototype: join(frame.folder, "prototype") }, signal);
  if (frame.examiner === undefined) await rm(tree, { recursive: true, force: true });
  return finished(target, signal);
}

// Read once and thrown away: the fastest that there is.
const PASSING: ConversionOptions = {
  ...{ compression: "zstd", level: 1, blockSize: 131_072, fixPermissions: true },
  ...{ owners: "squash", shared: true },
};

async function convert(make: MakeFile, target: string, conversion: ConversionOptions): Promise<void> {
  const { image, blobs, log, progress, signal, frame } = make;
  const options = {
    ...conversion,
    limits: { maxBytes: frame.maxBytes },
    // The image as its author made it: what a start needs besides, the run-time of the system adds.
    extra: [],
    defaultTime: creationTime(image),
  };
  await writeSquashfs(image, blobs, target, options, { log, progress, signal });
}

/** Unpacks a squashfs file of our own making as `tree`, which is replaced. @throws E_WORK_TOOL… */
export async function unpackTree(file: string, tree: string, signal: AbortSignal): Promise<void> {
  await rm(tree, { recursive: true, force: true });
  const unsquashfs = neededTool("unsquashfs", "squashfs");
  const argv = [unsquashfs, "-quiet", "-no-progress", "-user-xattrs", "-processors", "1", "-dest", tree, file];
  await runTool("unsquashfs", argv, { signal });
}

/** Measures a finished file, and sees to it that it is on disk. */
export async function finished(path: string, signal: AbortSignal): Promise<FileFacts> {
  const file = await open(path, "r");
  try {
    await file.chmod(0o600);
    await file.sync();
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: 1 << 20, signal })) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
    return { bytes, digest: `sha256:${hash.digest("hex")}` };
  } finally {
    await file.close();
  }
}
