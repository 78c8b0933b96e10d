// Which names led to which manifests, and when that was last confirmed: one small file per name, so that concurrent
// writers cannot lose each other's entries. `index.json` of the layout is made from them for other tools' eyes; berth
// itself never reads it, so that a torn or lost index loses nothing.

import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { digestOf, parseDigest } from "../../base/digest.ts";
import { errnoOf } from "../../base/errors.ts";
import { publishFile } from "../../base/publish.ts";
import type { Descriptor } from "../types.ts";
import { writeFailure } from "./errors.ts";
import { lockDir, prepareLayout } from "./layout.ts";
import { acquireLock } from "./lock.ts";

/** What a name stood for when it was last looked up. */
export interface StoredReference {
  /** The name as `formatReference` writes it, or an archive's transport URI. */
  readonly name: string;
  /** The manifest or index that the name led to. */
  readonly target: Descriptor;
  /** Milliseconds since 1970. */
  readonly checked: number;
  /** Identity of the file that an archive's name led to, so that a changed archive is noticed. */
  readonly stamp?: string;
}

/** Names and what they stood for. */
export interface ReferenceStore {
  find(name: string): Promise<StoredReference | undefined>;
  set(reference: StoredReference): Promise<void>;
  remove(names: readonly string[]): Promise<void>;
  list(): Promise<readonly StoredReference[]>;
}

const LIMIT = 10_000;
const AT_ONCE = 32;

/** The names kept in the folder `dir`, belonging to the layout `layout`. */
export function referenceStore(dir: string, layout: string): ReferenceStore {
  const fileOf = (name: string) => join(dir, `${digestOf(name).slice(7, 47)}.json`);
  return {
    find: (name) => readReference(fileOf(name), name),
    list: () => listReferences(dir),
    async set(reference) {
      const previous = await readReference(fileOf(reference.name), reference.name);
      try {
        await mkdir(dir, { recursive: true, mode: 0o700 });
        await publishFile(
          fileOf(reference.name),
          0o600,
          async (file) => void (await file.write(JSON.stringify(reference))),
        );
      } catch (error) {
        throw writeFailure(error, dir);
      }
      if (shownTarget(previous) !== shownTarget(reference)) await writeIndex(dir, layout);
    },
    async remove(names) {
      if (names.length === 0) return;
      for (const name of names) await rm(fileOf(name), { force: true });
      await writeIndex(dir, layout);
    },
  };
}

// Names of archives and packed layers are ours alone: the index, which other tools read, has references only.
function shownTarget(reference: StoredReference | undefined): string | undefined {
  return reference?.stamp === undefined ? reference?.target.digest : undefined;
}

async function listReferences(dir: string): Promise<readonly StoredReference[]> {
  const names = await readdir(dir).catch(() => []);
  const files = names.filter((name) => /^[0-9a-f]{40}\.json$/.test(name)).slice(0, LIMIT);
  const found: StoredReference[] = [];
  // Not all at once: a file that could not be opened for want of descriptors would count as damaged.
  for (let at = 0; at < files.length; at += AT_ONCE) {
    const some = await Promise.all(files.slice(at, at + AT_ONCE).map((name) => readReference(join(dir, name))));
    found.push(...some.filter((one) => one !== undefined));
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function readReference(path: string, name?: string): Promise<StoredReference | undefined> {
  try {
    const found = parseStored(JSON.parse(await readFile(path, "utf8")));
    return name === undefined || found.name === name ? found : undefined;
  } catch (error) {
    // A damaged record only costs another look-up.
    if (errnoOf(error) === "EACCES") throw error;
    return undefined;
  }
}

function parseStored(value: unknown): StoredReference {
  const { name, target, checked, stamp } = value as Record<string, unknown>;
  const { mediaType, digest, size } = target as Record<string, unknown>;
  if (typeof name !== "string" || typeof checked !== "number" || typeof mediaType !== "string") throw new Error("form");
  if (typeof size !== "number" || !Number.isSafeInteger(size)) throw new Error("size");
  const parsed = { mediaType, digest: parseDigest(String(digest)), size };
  return { name, target: parsed, checked, ...(typeof stamp === "string" ? { stamp } : {}) };
}

/** Makes `index.json` of the layout anew from the records. */
async function writeIndex(dir: string, layout: string): Promise<void> {
  await prepareLayout(layout);
  const lock = await acquireLock(join(lockDir(layout), "index"));
  try {
    const shown = (await listReferences(dir)).filter((one) => shownTarget(one) !== undefined);
    const manifests = shown.map(({ name, target, checked }) => ({
      ...target,
      annotations: {
        "org.opencontainers.image.ref.name": name,
        "berth.checked": new Date(checked).toISOString(),
      },
    }));
    const text = `${JSON.stringify({ schemaVersion: 2, manifests })}\n`;
    await publishFile(join(layout, "index.json"), 0o600, async (file) => void (await file.write(text)));
  } finally {
    await lock?.release();
  }
}
