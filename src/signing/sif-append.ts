// Adds signatures to a finished SIF file, while nobody else who signs can. How an object gets into a file is the SIF room's
// affair.

import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { BerthError, errnoOf, reasonOf } from "../base/errors.ts";
import { type Addition, appendObject } from "../image/sif/append.ts";
import * as layout from "../image/sif/layout.ts";
import { readTable, type SifTable } from "../image/sif/table.ts";
import { writeAll } from "../image/sif/write-all.ts";
import { acquireLock } from "../oci/store/lock.ts";
import { fail } from "./errors.ts";

/** A signature as it goes into a file. */
export interface SignatureObject {
  readonly content: Uint8Array;
  /** The group it covers. */
  readonly group: number;
  readonly hash: "sha256" | "sha384" | "sha512";
  /** Fingerprint of an OpenPGP key, hexadecimal; left out for other keys. */
  readonly fingerprint?: string;
}

export interface AppendOptions {
  readonly now: Date;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Adds what `make` answers for the file as it is when nobody else can change it.
 * @throws E_SIF_FULL, E_SIF_CLOSED, what `make` throws, and what reading a SIF file makes fail
 */
export async function appendSignatures(
  path: string,
  options: AppendOptions,
  make: (handle: FileHandle, table: SifTable) => Promise<readonly SignatureObject[]>,
): Promise<void> {
  const handle = await open(path, constants.O_RDWR | constants.O_NONBLOCK).catch((cause: unknown) => {
    throw fail("E_SIF_CLOSED", { path, why: reasonOf(cause) }, { cause });
  });
  try {
    const lock = await lockFile(path, options.signal);
    try {
      const objects = await make(handle, await readTable(handle, path));
      for (const object of objects) await append(handle, path, object, options.now);
    } catch (cause) {
      if (cause instanceof BerthError || errnoOf(cause) === undefined) throw cause;
      throw fail("E_SIF_CLOSED", { path, why: reasonOf(cause) }, { cause });
    } finally {
      await lock?.release();
    }
  } finally {
    await handle.close();
  }
}

async function lockFile(path: string, signal: AbortSignal | undefined) {
  try {
    return await acquireLock(join(dirname(path), `.${basename(path)}.berth-lock`), { signal });
  } catch (cause) {
    signal?.throwIfAborted();
    throw fail("E_SIF_CLOSED", { path, why: reasonOf(cause) }, { cause });
  }
}

async function append(handle: FileHandle, path: string, object: SignatureObject, now: Date): Promise<void> {
  const added = await appendObject(handle, path, addition(object), now);
  if (added) return;
  const { file } = await readTable(handle, path);
  throw fail("E_SIF_FULL", { path, total: file.descriptorsTotal });
}

function addition({ content, group, hash, fingerprint = "" }: SignatureObject): Addition {
  const extra = Buffer.alloc(24);
  extra.writeInt32LE({ sha256: 1, sha384: 2, sha512: 3 }[hash], 0);
  extra.write(fingerprint, 4, 20, "hex");
  return {
    type: "signature",
    name: "",
    group: layout.GROUP_MASK,
    link: (layout.GROUP_MASK | group) >>> 0,
    extra,
    place: "next",
    async write(file, offset) {
      await writeAll(file, content, offset);
      return content.length;
    },
  };
}
