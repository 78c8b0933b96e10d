// A new generation of the store: made in a folder of its own beside the current one, from what is new and links to what stays;
// published by one rename and one pointer, last.

import { type KeyObject, randomBytes } from "node:crypto";
import { copyFile, link, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { reasonOf } from "../../base/errors.ts";
import { partialName, publishFile, removeAbandoned } from "../../base/publish.ts";
import { acquireLock } from "../../oci/store/lock.ts";
import { fail } from "../errors.ts";
import { sha256 } from "./listed-file.ts";
import {
  type ListFacts,
  type ListName,
  type Manifest,
  manifestBytes,
  type PartFacts,
  parseManifest,
  type SourceFacts,
  signManifest,
} from "./manifest.ts";
import {
  type AdvisoryStore,
  currentFolder,
  GENERATIONS,
  MANIFEST_FILE,
  openGeneration,
  POINTER,
  SIGNATURE_FILE,
} from "./store.ts";

/** What a change puts in the place of what was there. */
export interface Changes {
  /** Each replaces the source of that name and all parts of that family. */
  readonly sources: readonly SourceFacts[];
  readonly parts: readonly PartFacts[];
  readonly lists: readonly ListFacts[];
}

/** Where a change works. */
export interface Draft {
  /** Folder for new files, under the names that the manifest will give them. */
  readonly folder: string;
  /** What is current; undefined in a new store. */
  readonly before: AdvisoryStore | undefined;
}

export interface ChangeOptions {
  /** Keys of the site. What is carried over must be signed by one of them, lest the new signature vouch for anybody's data. */
  readonly keys?: readonly KeyObject[] | undefined;
  /** Signs the new set. */
  readonly signKey?: KeyObject | undefined;
  readonly now: () => Date;
  readonly signal?: AbortSignal | undefined;
  readonly onWait?: ((owner: string) => void) | undefined;
}

/** Makes the next generation; undefined when the change says that there is nothing new. @throws E_ADVISORY_STORE */
export async function changeStore(
  root: string,
  change: (draft: Draft) => Promise<Changes | undefined>,
  options: ChangeOptions,
): Promise<AdvisoryStore | undefined> {
  return await withDraft(root, options, async (folder) => {
    const current = await currentFolder(root);
    const before = current === undefined ? undefined : await openGeneration(root, current, { keys: options.keys });
    const changes = await change({ folder, before });
    if (!changes) return undefined;
    const manifest = merged(before?.manifest, changes, options.now());
    if (before) await carryOver(before, manifest, folder);
    await writeManifest(folder, manifest, options.signKey);
    // Signed with another key than the site's, nobody could use it.
    if (options.keys && options.keys.length > 0) await openGeneration(root, folder, { keys: options.keys });
    return await publish(root, folder, manifest);
  });
}

/** Puts a whole set, with its own manifest and signature, in the place of the current generation. @throws E_ADVISORY_STORE */
export async function replaceStore(
  root: string,
  write: (folder: string) => Promise<Manifest>,
  options: ChangeOptions,
): Promise<AdvisoryStore> {
  return await withDraft(root, options, async (folder) => {
    const manifest = await write(folder);
    await refuseOlder(root, manifest, options.keys);
    return await publish(root, folder, manifest);
  });
}

// Who holds a registry, but no key, must not bring back a set that does not know yet of a flaw. What cannot be opened, or was
// not signed, is no measure.
async function refuseOlder(root: string, { made }: Manifest, keys: ChangeOptions["keys"]): Promise<void> {
  const current = await currentFolder(root).catch(() => undefined);
  const before = current && (await openGeneration(root, current, { keys }).catch(() => undefined));
  if (before && Date.parse(before.manifest.made) > Date.parse(made))
    throw fail("E_ADVISORY_OLDER", { path: root, made, current: before.manifest.made });
}

async function withDraft<T>(
  root: string,
  { signal, onWait }: ChangeOptions,
  make: (folder: string) => Promise<T>,
): Promise<T> {
  const generations = join(root, GENERATIONS);
  try {
    await mkdir(generations, { recursive: true, mode: 0o755 });
  } catch (cause) {
    throw fail("E_ADVISORY_STORE", { path: root, why: reasonOf(cause) }, { cause });
  }
  const lock = await acquireLock(join(root, "lock"), { signal, ...(onWait ? { onWait } : {}) });
  const draft = partialName(join(generations, "next"));
  try {
    await removeAbandoned(join(generations, "next"));
    await mkdir(draft, { mode: 0o755 });
    return await make(draft);
  } finally {
    await rm(draft, { recursive: true, force: true });
    await lock?.release();
  }
}

/** The family of an ecosystem: `Debian` of `Debian:12`. */
export function familyOf(ecosystem: string): string {
  return ecosystem.split(":", 1)[0] ?? ecosystem;
}

/** Writes a list into a draft. */
export async function writeList(
  folder: string,
  name: ListName,
  content: readonly unknown[] | Readonly<Record<string, unknown>>,
  facts: { readonly entries: number; readonly date: string; readonly from: string },
): Promise<ListFacts> {
  const bytes = Buffer.from(JSON.stringify(content));
  const file = `${name}.json`;
  await writeFile(join(folder, file), bytes, { mode: 0o644 });
  return { name, file, bytes: bytes.length, sha256: sha256(bytes), ...facts };
}

function merged(before: Manifest | undefined, changes: Changes, now: Date): Manifest {
  const replaced = new Set(changes.sources.map(({ name }) => name));
  const lists = new Set(changes.lists.map(({ name }) => name));
  const by = (a: string, b: string) => (a < b ? -1 : 1);
  return {
    format: 1,
    made: now.toISOString(),
    sources: [...(before?.sources ?? []).filter(({ name }) => !replaced.has(name)), ...changes.sources].sort((a, b) =>
      by(a.name, b.name),
    ),
    parts: [
      ...(before?.parts ?? []).filter(({ ecosystem }) => !replaced.has(familyOf(ecosystem))),
      ...changes.parts,
    ].sort((a, b) => by(a.ecosystem, b.ecosystem)),
    lists: [...(before?.lists ?? []).filter(({ name }) => !lists.has(name)), ...changes.lists].sort((a, b) =>
      by(a.name, b.name),
    ),
  };
}

// A link costs nothing; a file system without links gets a copy.
async function carryOver({ folder, manifest: old }: AdvisoryStore, manifest: Manifest, draft: string): Promise<void> {
  const known = new Set([...old.parts, ...old.lists].map(({ file, sha256: hash }) => `${file} ${hash}`));
  for (const { file, sha256: hash } of [...manifest.parts, ...manifest.lists]) {
    const target = join(draft, file);
    if (!known.has(`${file} ${hash}`) || (await exists(target))) continue;
    await link(join(folder, file), target).catch(() => copyFile(join(folder, file), target));
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

async function writeManifest(folder: string, manifest: Manifest, key: KeyObject | undefined): Promise<void> {
  const bytes = manifestBytes(manifest);
  // What nobody could read again must not become the current set: no later change would open it.
  parseManifest(bytes, folder);
  await writeFile(join(folder, MANIFEST_FILE), bytes, { mode: 0o644, flush: true });
  if (key) await writeFile(join(folder, SIGNATURE_FILE), signManifest(bytes, key), { mode: 0o644, flush: true });
}

// A complete folder becomes the current generation; those before the one before are removed.
async function publish(root: string, draft: string, manifest: Manifest): Promise<AdvisoryStore> {
  const plain = `${manifest.made.replaceAll(/[^0-9]/g, "")}-${sha256(manifestBytes(manifest)).slice(0, 12)}`;
  // The same set once more, to mend what is damaged: whoever reads the one that is there goes on reading.
  const name = (await exists(join(root, GENERATIONS, plain))) ? `${plain}-${randomBytes(4).toString("hex")}` : plain;
  const folder = join(root, GENERATIONS, name);
  const previous = await currentFolder(root);
  await rename(draft, folder);
  await publishFile(join(root, POINTER), 0o644, async (file) => void (await file.writeFile(`${name}\n`)));
  // Whoever is reading has opened the current one or the one before.
  for (const old of await readdir(join(root, GENERATIONS)))
    if (old !== name && old !== (previous && basename(previous)) && !old.startsWith("."))
      await rm(join(root, GENERATIONS, old), { recursive: true, force: true });
  return await openGeneration(root, folder, {});
}
