// A user's file becomes an image of the gateway: read with that user's rights, measured, and packed anew by berth, since a
// file system that a user made is not something to let the kernel mount (unless the site trusts it).

import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { chmod, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { BerthError } from "../../../base/errors.ts";
import { type Log, unwatched } from "../../../base/log.ts";
import { type ConversionOptions, DEFAULT_CONVERSION } from "../../../image/conversion-options.ts";
import { writeSquashfs } from "../../../image/convert.ts";
import { creationTime } from "../../../image/metadata/labels.ts";
import { parsePlatform } from "../../../oci/platform.ts";
import { cacheAt } from "../../../oci/store/cache.ts";
import type { BlobSource, OciImage } from "../../../oci/types.ts";
import type { MadeImage } from "../../types.ts";
import type { Caller } from "./as-caller.ts";
import { fail } from "./errors.ts";
import { IMPORT_FORMATS, type ImportedImage, type ImportFormat, importedImage } from "./imported-image.ts";
import { type PrivateCopy, privateCopy } from "./private-copy.ts";

/** A finished image file. */
export type MadeFile = NonNullable<MadeImage["file"]>;

export interface ImportRequest {
  /** Absolute path on the gateway's machine. */
  readonly path: string;
  /** One of `IMPORT_FORMATS`. */
  readonly format: string;
  readonly caller: Caller;
  /** A folder of this import alone; the finished file stays in it, everything else goes. */
  readonly workDir: string;
  /** Whether somebody is kept out: the asker's lists tell, the file does not. */
  readonly private: boolean;
  /** Take a squashfs file system as it is. */
  readonly trusted: boolean;
  /** Bytes: of the file, and of all files in it. */
  readonly limits: { readonly fileBytes: number; readonly contentBytes: number };
  /** As in `--platform`: what to choose of images for several, and what is said of files that do not tell. */
  readonly platform: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** How squashfs files are written; berth's usual way unless said otherwise. */
  readonly conversion?: ConversionOptions | undefined;
  /** Makes the file of another format, or elsewhere; a squashfs file in `workDir` unless said otherwise. */
  readonly make?: ((image: OciImage, blobs: BlobSource) => Promise<MadeFile>) | undefined;
  /** Looks for signatures in the copy of the file; left out: nobody asks for them. */
  readonly signatures?: ((copy: string) => Promise<MadeImage["signatures"]>) | undefined;
  /** Hears of the stages: the file has been read, and is being packed. */
  readonly onStage?: ((stage: "HASHING" | "CONVERSION") => void) | undefined;
}

/**
 * Makes the image. Its id is Shifter's pseudo-hash of the user's file, its digest that of the published one.
 * @throws E_IMPORT_…; what the disk of `workDir` makes fail; the signal's reason
 */
export async function prepareImport(request: ImportRequest): Promise<MadeImage> {
  const format = IMPORT_FORMATS.find((one) => one === request.format);
  if (!format) throw fail("E_IMPORT_FORMAT", { format: request.format });
  const folder = await mkdtemp(join(request.workDir, "import-"));
  try {
    request.onStage?.("HASHING");
    const { path, caller, limits, signal } = request;
    const wish = { path, caller, target: join(folder, "file"), maxBytes: limits.fileBytes, signal };
    const copy = await privateCopy(wish);
    request.onStage?.("CONVERSION");
    return await ofTheFile(request, format, copy.path, () => madeImage(request, format, copy, folder));
  } catch (error) {
    request.signal.throwIfAborted();
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function madeImage(
  request: ImportRequest,
  format: ImportFormat,
  copy: PrivateCopy,
  folder: string,
): Promise<MadeImage> {
  const { log, signal } = request;
  const tools = { cache: cacheAt(join(folder, "cache"), log, true), platform: parsePlatform(request.platform), log };
  const imported = await importedImage(copy, format, { ...tools, signal });
  try {
    const { image, blobs } = imported;
    const file = request.make ? await request.make(image, blobs) : await squashfsFile(request, imported, copy, folder);
    const signatures = await request.signatures?.(copy.path);
    return {
      ...factsOf(image, request),
      id: copy.fastHash,
      digest: file.digest,
      file,
      ...(signatures ? { signatures } : {}),
    };
  } finally {
    await imported.close();
  }
}

async function squashfsFile(request: ImportRequest, imported: ImportedImage, copy: PrivateCopy, folder: string) {
  const { signal, log, trusted, limits, conversion = DEFAULT_CONVERSION } = request;
  const path = join(folder, "image");
  if (trusted && imported.squashfs) await takeOut(copy.path, imported.squashfs, path, signal);
  else {
    const { image, blobs } = imported;
    const options = { limits: { maxBytes: limits.contentBytes }, extra: [], defaultTime: creationTime(image) };
    await writeSquashfs(image, blobs, path, { ...conversion, ...options }, { signal, log, progress: unwatched });
  }
  await chmod(path, 0o600);
  const finished = join(request.workDir, `${copy.fastHash}.squashfs`);
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash, { signal });
  await rename(path, finished);
  const { size: bytes } = await stat(finished);
  return { path: finished, format: "squashfs", bytes, digest: `sha256:${hash.digest("hex")}` };
}

// The file system alone: what lies before and behind it in the file is not part of it.
async function takeOut(from: string, part: { offset: number; size: number }, to: string, signal: AbortSignal) {
  const range = { start: part.offset, end: part.offset + part.size - 1, highWaterMark: 1024 * 1024 };
  await pipeline(createReadStream(from, range), createWriteStream(to, { flags: "wx", mode: 0o600 }), { signal });
}

function factsOf(image: OciImage, request: ImportRequest): Omit<MadeImage, "id" | "digest" | "file"> {
  const { config, architecture: arch, os } = image.config;
  return {
    ...{ private: request.private, source: request.path, arch, os, env: config?.Env ?? [] },
    entry: config?.Entrypoint ?? null,
    cmd: config?.Cmd ?? null,
    workdir: config?.WorkingDir ?? null,
    labels: config?.Labels ?? {},
    user: config?.User ?? null,
  };
}

// Failures of the disk and of berth's own tools are not the file's.
const NOT_OF_THE_FILE = /^E_(IMPORT_|STORE_|WORK_|SQUASHFS_(?:WRITE|NO_WRITER|NO_TOOL))/;

// The readers speak of the copy; its owner knows the file by the name that was given.
async function ofTheFile<T>(
  { path, signal }: ImportRequest,
  format: string,
  copy: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof BerthError) || NOT_OF_THE_FILE.test(error.code)) throw error;
    const reason = error.message.replaceAll(copy, "it").replace(/^could not open image it: /, "");
    throw fail("E_IMPORT_IMAGE", { path, format, reason }, { cause: error });
  }
}
