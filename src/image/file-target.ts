// Whether an image may be written under a name: asked before anything is pulled or built. Looks only.

import { access, constants, lstat, readdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { defineErrors } from "../base/errors.ts";

const fail = defineErrors({
  E_TARGET_EXISTS: {
    text: 'Image file already exists: "{target}" - will not overwrite',
    hint: "give another name, or --force to replace it",
  },
  E_TARGET_FOLDER: {
    text: "the folder {folder} for the image does not exist",
    hint: "make it first, or name another",
  },
  E_TARGET_CLOSED: {
    text: "the folder {folder} for the image cannot be written to",
    hint: "ask its owner for write permission, or name another",
  },
  E_TARGET_KIND: {
    text: '"{target}" is no regular file and will not be replaced by an image',
    hint: "give another name",
  },
  E_SANDBOX_EXISTS: {
    text: 'Image folder already exists: "{target}" - will not overwrite',
    hint: "give another name, or --force to replace it",
  },
  E_SANDBOX_FOREIGN: {
    text: '"{target}" is no unpacked image and will not be replaced by one, not even with --force',
    hint: "give another name, or remove it yourself",
  },
});

/** A target as a path, and as the user wrote it. */
export interface TargetPath {
  /** Absolute. */
  readonly path: string;
  readonly shown: string;
}

/** Passes when an image file may be put there. @throws E_TARGET_… */
export async function checkFileTarget({ path, shown }: TargetPath, force: boolean): Promise<void> {
  await checkParent(path);
  const there = await lstat(path).catch(() => undefined);
  if (!there) return;
  if (!there.isFile() && !there.isSymbolicLink()) throw fail("E_TARGET_KIND", { target: shown });
  if (!force) throw fail("E_TARGET_EXISTS", { target: shown });
}

/**
 * Passes when an unpacked image may be put there. What is replaced must look like one: with a slip of the finger
 * `--force` would otherwise remove a home directory.
 *
 * @throws E_TARGET_…, E_SANDBOX_EXISTS, E_SANDBOX_FOREIGN
 */
export async function checkFolderTarget({ path, shown }: TargetPath, force: boolean): Promise<void> {
  await checkParent(path);
  const there = await lstat(path).catch(() => undefined);
  if (!there) return;
  if (!force) throw fail("E_SANDBOX_EXISTS", { target: shown });
  const names = there.isDirectory() ? await readdir(path).catch(() => ["?"]) : ["?"];
  if (names.length > 0 && !names.includes(".singularity.d")) throw fail("E_SANDBOX_FOREIGN", { target: shown });
}

/** Passes when something new may be put there. @throws E_TARGET_FOLDER, E_TARGET_CLOSED */
export async function checkParent(path: string): Promise<void> {
  const folder = dirname(path);
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) throw fail("E_TARGET_FOLDER", { folder });
  // Said now, not after gigabytes have come in.
  await access(folder, constants.W_OK | constants.X_OK).catch((cause) => {
    throw fail("E_TARGET_CLOSED", { folder }, { cause });
  });
}
