// An image file unpacked into a directory of the cache, for machines without FUSE and for --unsquash. It is made under
// another name and renamed when complete, so that several launches at once and a kill in the middle do no harm.

import { execFile } from "node:child_process";
import { chmodSync, existsSync, lstatSync, mkdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { defineErrors, errnoOf, reasonOf } from "../base/errors.ts";
import { partialName } from "../base/publish.ts";
import { removeTree } from "../oci/store/sandboxes.ts";

const fail = defineErrors({
  E_UNPACK: {
    text: "cannot unpack {path}: {reason}",
    hint: "is there room in {dir}? Another folder is chosen with BERTH_CACHEDIR",
  },
});

/** Where to find what. */
export interface Unpacking {
  readonly path: string;
  readonly offset: number;
  readonly key: string;
  readonly cacheDir: string;
  readonly unsquashfs: string;
}

/** The directory of an image that was unpacked before. */
export function unpackedDir(cacheDir: string, key: string): string | undefined {
  const dir = join(cacheDir, "sandbox", key);
  return existsSync(dir) ? dir : undefined;
}

/** Unpacks and answers with the directory. @throws E_UNPACK */
export async function unpackImage(job: Unpacking, options: { readonly signal?: AbortSignal }): Promise<string> {
  const dir = join(job.cacheDir, "sandbox", job.key);
  mkdirSync(join(job.cacheDir, "sandbox"), { recursive: true, mode: 0o700 });
  const { path, offset, unsquashfs } = job;
  await unpackTo({ path, offset, unsquashfs, dir }, options);
  return dir;
}

/** Makes `dir` of an image; a folder that is there already, with something in it, stays as it is. @throws E_UNPACK */
export async function unpackTo(
  job: Pick<Unpacking, "path" | "offset" | "unsquashfs"> & { readonly dir: string },
  options: { readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const { dir } = job;
  const partial = partialName(dir);
  try {
    await run(job.unsquashfs, ["-n", "-no-xattrs", "-o", String(job.offset), "-d", partial, job.path], options.signal);
    // A root directory that its owner cannot enter would be of no use.
    chmodSync(partial, lstatSync(partial).mode | 0o700);
    renameSync(partial, dir);
  } catch (error) {
    if (existsSync(partial)) await removeTree(partial);
    // Another process was faster: its directory is as good as ours.
    if (["EEXIST", "ENOTEMPTY"].includes(errnoOf(error) ?? "")) return;
    throw fail("E_UNPACK", { path: job.path, dir: dirname(dir), reason: reasonOf(error) }, { cause: error });
  }
}

function run(program: string, args: readonly string[], signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { signal, maxBuffer: 16 * 1024 * 1024 }, (error, _output, errors) => {
      // 2: some files could not be made as they are in the image (devices, owners); an ordinary user always meets that.
      if (!error || error.code === 2) resolve();
      else reject(new Error(errors.trim().split("\n").at(-1) || error.message, { cause: error }));
    });
  });
}
