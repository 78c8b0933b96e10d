// The advisory store of a site or a person: generations, each a folder that never changes, and a file that names the current
// one. Reading asks for no lock, and an update that dies leaves the old generation as it was.

import type { KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Digest } from "../../base/digest.ts";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import { fail } from "../errors.ts";
import type { Advisory } from "./advisory.ts";
import { readListed } from "./listed-file.ts";
import { checkManifest, type ListName, type Manifest, parseManifest } from "./manifest.ts";
import { readPart } from "./part.ts";

/** Name of the file that names the current generation. */
export const POINTER = "current";
/** Folder of the generations. */
export const GENERATIONS = "generations";
export const MANIFEST_FILE = "manifest.json";
export const SIGNATURE_FILE = "manifest.dsse.json";

/** A generation of the store, ready to be asked. */
export interface AdvisoryStore {
  readonly root: string;
  readonly folder: string;
  readonly manifest: Manifest;
  /** Of the manifest: names everything in it. */
  readonly digest: Digest;
  /** Advisories of an ecosystem's packages, by name; nothing where the store has none of it. @throws E_ADVISORY_DAMAGED */
  find(
    ecosystem: string,
    names: ReadonlySet<string>,
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, readonly Advisory[]>>;
  /** One of the lists besides the advisories; undefined where the store has none. @throws E_ADVISORY_DAMAGED */
  list(name: ListName): Promise<unknown>;
}

export interface StoreOptions {
  /** Keys of the site; when there are any, one of them must have signed the set. */
  readonly keys?: readonly KeyObject[] | undefined;
}

/** Opens the current generation. @throws E_ADVISORY_NONE, E_ADVISORY_STORE, E_ADVISORY_SIGNATURE */
export async function openStore(root: string, options: StoreOptions = {}): Promise<AdvisoryStore> {
  const folder = await currentFolder(root);
  if (folder === undefined) throw fail("E_ADVISORY_NONE", { path: root });
  return await openGeneration(root, folder, options);
}

/** The folder of the current generation; undefined where there is none. @throws E_ADVISORY_STORE */
export async function currentFolder(root: string): Promise<string | undefined> {
  try {
    const name = (await readFile(join(root, POINTER), "utf8")).trim();
    if (!/^[0-9a-z-]{1,100}$/.test(name))
      throw fail("E_ADVISORY_STORE", { path: root, why: `its file ${POINTER} names no generation` });
    return join(root, GENERATIONS, name);
  } catch (cause) {
    if (errnoOf(cause) === "ENOENT") return undefined;
    if (errnoOf(cause) !== undefined) throw fail("E_ADVISORY_STORE", { path: root, why: reasonOf(cause) }, { cause });
    throw cause;
  }
}

/** Opens a generation's folder. @throws E_ADVISORY_STORE, E_ADVISORY_SIGNATURE */
export async function openGeneration(root: string, folder: string, options: StoreOptions): Promise<AdvisoryStore> {
  const path = join(folder, MANIFEST_FILE);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw fail("E_ADVISORY_STORE", { path: root, why: reasonOf(cause) }, { cause });
  });
  const { manifest, digest } = parseManifest(bytes, root);
  const keys = options.keys ?? [];
  if (keys.length > 0) {
    const signature = await readFile(join(folder, SIGNATURE_FILE)).catch(() => undefined);
    checkManifest(bytes, signature, keys, root);
  }
  return {
    root,
    folder,
    manifest,
    digest,
    async find(ecosystem, names, signal) {
      const part = manifest.parts.find((one) => one.ecosystem === ecosystem);
      return part ? await readPart(join(folder, part.file), part, names, signal) : new Map();
    },
    async list(name) {
      const listed = manifest.lists.find((one) => one.name === name);
      return listed ? await readListed(join(folder, listed.file), listed) : undefined;
    },
  };
}
