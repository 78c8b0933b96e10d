// Makes the folder that a module shows in containers: copies of the host's MPI libraries and of what they need, whose run paths
// lead nowhere but to each other. Made beside its place and renamed, so that it is there whole or not at all.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, copyFile, lstat, mkdir, open, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { BerthError, errnoOf, reasonOf } from "../base/errors.ts";
import { partialName, removeAbandoned } from "../base/publish.ts";
import { type CollectedFile, type Collection, DEPENDENCIES, LIBRARIES, namesIn } from "./collect.ts";
import { fail } from "./errors.ts";
import type { HostMpi } from "./host-mpi.ts";
import { moduleVariables } from "./module-text.ts";
import { patchRunPath } from "./patchelf.ts";
import { LIST_NAME, listText, type PreparedFile, type PreparedList, parseList } from "./prepared.ts";
import { releaseName } from "./release.ts";
import { removeRunPaths, writeRunPath } from "./run-path.ts";

const MAX_LIST = 16 * 1024 * 1024;
/** Where a library of MPI finds what it needs, seen from its own folder. */
const RUN_PATH = `$ORIGIN/../${DEPENDENCIES}`;

export interface PrepareOptions {
  readonly mpi: HostMpi;
  readonly collection: Collection;
  /** The folder to be made. */
  readonly to: string;
  /** The program patchelf, if there is one. */
  readonly patchelf: string | undefined;
  /** Take the place of a folder that holds something else. */
  readonly replace: boolean;
  readonly signal: AbortSignal;
}

/** What came of it. */
export interface Prepared {
  readonly list: PreparedList;
  /** False when everything was there already. */
  readonly changed: boolean;
}

/** @throws E_MPI_UNRESOLVED, E_MPI_TARGET_FOREIGN, E_MPI_TARGET_DIFFERS, E_MPI_WRITE, E_ELF_DAMAGED */
export async function prepareFolder(options: PrepareOptions): Promise<Prepared> {
  const [missing] = options.collection.missing;
  if (missing) throw fail("E_MPI_UNRESOLVED", missing);
  const old = await listAt(options.to);
  const made = partialName(options.to);
  try {
    await mkdir(dirname(options.to), { recursive: true });
    await removeAbandoned(options.to);
    const list = await fill(made, options);
    if (old !== undefined) {
      const difference = await differenceOf(options.to, old, list);
      if (difference === undefined) return { list: old, changed: false };
      if (!options.replace) throw fail("E_MPI_TARGET_DIFFERS", { path: options.to, what: difference });
    }
    await putInPlace(made, options.to, old !== undefined);
    return { list, changed: true };
  } catch (error) {
    if (error instanceof BerthError || errnoOf(error) === undefined) throw error;
    throw fail("E_MPI_WRITE", { path: options.to, reason: reasonOf(error) }, { cause: error });
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

/** The list of a prepared folder; undefined when there is no such folder. @throws E_MPI_TARGET_FOREIGN, E_MPI_PREPARED */
export async function listAt(folder: string): Promise<PreparedList | undefined> {
  const path = join(folder, LIST_NAME);
  try {
    const { size } = await stat(path);
    if (size > MAX_LIST) throw fail("E_MPI_PREPARED", { path, reason: `it has ${size} bytes` });
    return parseList(await readFile(path, "utf8"), path);
  } catch (error) {
    if (error instanceof BerthError || errnoOf(error) === undefined) throw error;
    const there = await lstat(folder).catch(() => undefined);
    if (there === undefined) return undefined;
    throw fail("E_MPI_TARGET_FOREIGN", { path: folder });
  }
}

async function fill(made: string, { mpi, collection, patchelf, signal }: PrepareOptions): Promise<PreparedList> {
  await mkdir(made, { mode: 0o755 });
  const files: PreparedFile[] = [];
  let complete = true;
  for (const file of collection.files) {
    signal.throwIfAborted();
    const to = join(made, file.path);
    await makeFolder(dirname(to), made);
    const source = await copyLibrary(file, to);
    complete = (await setRunPath(to, file, patchelf, signal)) && complete;
    files.push({ path: file.path, from: file.from.path, source, sha256: await digestOf(to) });
  }
  for (const { path, target } of collection.links) {
    await makeFolder(dirname(join(made, path)), made);
    await symlink(target, join(made, path));
  }
  const list: PreparedList = {
    format: 1,
    release: releaseName(mpi.release),
    family: mpi.family,
    interface: mpi.number,
    search: complete ? [LIBRARIES] : [LIBRARIES, DEPENDENCIES],
    variables: moduleVariables(mpi.release.vendor, namesIn(collection)),
    files,
    links: collection.links,
    driver: collection.driver,
  };
  await writeFile(join(made, LIST_NAME), listText(list));
  await chmod(join(made, LIST_NAME), 0o644);
  await chmod(made, 0o755);
  return list;
}

// Everybody's containers read it, whatever the umask of who made it.
async function makeFolder(path: string, top: string): Promise<void> {
  await mkdir(path, { recursive: true });
  for (let at = path; at.length > top.length; at = dirname(at)) await chmod(at, 0o755);
}

async function copyLibrary({ from }: CollectedFile, to: string): Promise<string> {
  await copyFile(from.path, to);
  await chmod(to, 0o755);
  return digestOf(to);
}

// What a library of MPI needs is found through its own run path; everything it loads in turn inherits that, and must have
// none of its own that would come first.
async function setRunPath(
  to: string,
  { path }: CollectedFile,
  patchelf: string | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const file = await open(to, "r+");
  try {
    if (!path.startsWith(`${LIBRARIES}/`)) {
      await removeRunPaths(file, to);
      return true;
    }
    if ((await writeRunPath(file, to, RUN_PATH)) === "done") return true;
    await removeRunPaths(file, to);
  } finally {
    await file.close();
  }
  return patchelf !== undefined && (await patchRunPath(patchelf, to, RUN_PATH, signal));
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

async function differenceOf(folder: string, old: PreparedList, list: PreparedList): Promise<string | undefined> {
  if (listText(old) !== listText(list)) return `${old.release}, in another state`;
  for (const { path, sha256 } of old.files) {
    const there = await digestOf(join(folder, path)).catch(() => undefined);
    if (there !== sha256) return `${path} is not as it was written`;
  }
  return undefined;
}

// A folder cannot be exchanged for another in one step: for a moment there is none of that name. Containers that have the old
// one mounted keep it.
async function putInPlace(made: string, to: string, replaces: boolean): Promise<void> {
  if (!replaces) return rename(made, to);
  const aside = partialName(to);
  await rename(to, aside);
  try {
    await rename(made, to);
  } catch (error) {
    await rename(aside, to);
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
}
