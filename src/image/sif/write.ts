// Makes a SIF file of a finished squashfs file. The header must come before the squashfs data: on ext4 and XFS the file
// system shifts the data without copying (FALLOC_FL_INSERT_RANGE); elsewhere the file is copied once.

import { spawn } from "node:child_process";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { partialName } from "../../base/publish.ts";
import { encodePrefix, type SifPlan } from "./encode.ts";
import { writeAll } from "./write-all.ts";

const COPY_CHUNK = 4 * 1024 * 1024;

/** What becomes of the squashfs file; its size is taken from the file. */
export type SifSpec = Omit<SifPlan, "partition"> & {
  readonly partition: Omit<SifPlan["partition"], "size">;
};

export interface PrependOptions {
  readonly signal?: AbortSignal | undefined;
  /** Do not even try to shift the data in place (for tests, and for file systems that pretend). */
  readonly copyOnly?: boolean;
}

/**
 * Turns the squashfs file at `path` into a SIF file of the same name. The caller owns the file and publishes it; after
 * a failure its content is undefined. Answers how the data came behind the header.
 */
export async function prependSif(
  path: string,
  spec: SifSpec,
  options: PrependOptions = {},
): Promise<"shifted" | "copied"> {
  options.signal?.throwIfAborted();
  const file = await open(path, "r+");
  try {
    const { size } = await file.stat();
    const prefix = encodePrefix({ ...spec, partition: { ...spec.partition, size } });
    if (options.copyOnly !== true && (await insertRange(path, prefix.length))) {
      await writeAll(file, prefix, 0);
      return "shifted";
    }
    await copyBehind(file, path, prefix, size, options.signal);
    return "copied";
  } finally {
    await file.close();
  }
}

// Node has no fallocate; the program of util-linux is on every system that mounts images. Any failure means "copy".
function insertRange(path: string, length: number): Promise<boolean> {
  const args = ["--insert-range", "--offset", "0", "--length", String(length), path];
  return new Promise((resolve) => {
    const child = spawn("fallocate", args, { stdio: "ignore" });
    child.on("error", () => resolve(false));
    child.on("close", (code) => resolve(code === 0));
  });
}

async function copyBehind(
  from: FileHandle,
  path: string,
  prefix: Buffer,
  size: number,
  signal?: AbortSignal,
): Promise<void> {
  const copy = partialName(path);
  const { mode } = await from.stat();
  try {
    const to = await open(copy, "wx", mode & 0o777);
    try {
      await writeAll(to, prefix, 0);
      const chunk = Buffer.allocUnsafe(Math.min(COPY_CHUNK, Math.max(size, 1)));
      for (let at = 0; at < size; ) {
        signal?.throwIfAborted();
        const { bytesRead } = await from.read(chunk, 0, Math.min(chunk.length, size - at), at);
        if (bytesRead === 0) throw new Error(`${path} became shorter while it was copied`);
        await writeAll(to, chunk.subarray(0, bytesRead), prefix.length + at);
        at += bytesRead;
      }
      // The caller's handle, if it has one, is that of the old file: its sync would not reach this one.
      await to.chmod(mode & 0o777);
      await to.sync();
    } finally {
      await to.close();
    }
    await rename(copy, path);
  } catch (error) {
    await rm(copy, { force: true });
    throw error;
  }
}
