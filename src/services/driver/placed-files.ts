// Secrets and configs as files that containers see. They lie in folders of the server's that only it may enter, secrets in
// memory, and are bound into the containers: never in an image's layer, never in what the engine shows of a container, and
// still there when the engine starts a container again by itself.

import { createHash, randomBytes } from "node:crypto";
import { chmod, chown, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FileUse, ServiceSpec, StackSpec } from "../../recipe/stack/types.ts";
import type { EngineMount } from "../engine/types.ts";
import type { PlacedFile, SecretFiles, SecretUse } from "../stacks/types.ts";

/** Where files for containers lie. */
export interface FileFolders {
  /** In memory (below /run), for secrets. */
  readonly secrets: string;
  /** On disk, for configs. */
  readonly configs: string;
}

/** The files of a service as binds. Pure: they need not be there yet. */
export function fileMounts(folders: FileFolders, spec: StackSpec, service: ServiceSpec): readonly EngineMount[] {
  const bind = (source: string, target: string): EngineMount => ({ kind: "bind", source, target, readOnly: true });
  return [
    ...configFiles(spec, service).map((file) => bind(configPath(folders, spec.name, file), file.path)),
    ...service.secrets.map(({ target }) => bind(secretPath(folders, spec.name, service.name, target), target)),
  ];
}

/** Puts the files of a service where its containers find them; secrets as they are now. */
export async function placeFiles(
  folders: FileFolders,
  {
    spec,
    service,
    secrets,
    signal,
  }: {
    readonly spec: StackSpec;
    readonly service: ServiceSpec;
    readonly secrets: SecretFiles;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<void> {
  for (const file of configFiles(spec, service)) await placeFile(configPath(folders, spec.name, file), file);
  if (service.secrets.length === 0) return;
  const uses = secretUses(spec, service);
  const files = await secrets.filesFor(
    { stack: spec.name, service: service.name, user: service.user, uses },
    { signal },
  );
  for (const file of files) await placeFile(secretPath(folders, spec.name, service.name, file.path), file);
}

/** Removes the secrets of services that are gone; configs go with the stack, since others may have the same text. */
export async function removeSecrets(folders: FileFolders, stack: string, services: readonly string[]): Promise<void> {
  for (const service of services) await rm(join(folders.secrets, stack, service), { recursive: true, force: true });
}

/** Removes what was placed for a stack. */
export async function removeFiles(folders: FileFolders, stack: string): Promise<void> {
  for (const folder of [folders.secrets, folders.configs])
    await rm(join(folder, stack), { recursive: true, force: true });
}

/** The secrets that a service uses, by their names in the store. */
export function secretUses(spec: StackSpec, service: ServiceSpec): readonly SecretUse[] {
  return service.secrets.map(({ name, target, uid, gid, mode }) => {
    const store = spec.secrets.find((one) => one.name === name)?.store ?? name;
    return { store, target, uid, gid, mode };
  });
}

function configFiles(spec: StackSpec, service: ServiceSpec): readonly PlacedFile[] {
  return service.configs.map((use) => ({
    path: use.target,
    content: Buffer.from(spec.configs.find(({ name }) => name === use.name)?.content ?? ""),
    ...ownerOf(use),
    mode: use.mode ?? 0o444,
  }));
}

function ownerOf({ uid, gid }: FileUse): { readonly uid: number; readonly gid: number } {
  const number = (text: string | undefined) => (text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : 0);
  return { uid: number(uid), gid: number(gid) };
}

// Named by what it is: an old container that is kept goes on seeing the old text.
function configPath({ configs }: FileFolders, stack: string, { content, uid, gid, mode }: PlacedFile): string {
  const key = createHash("sha256").update(`${uid}:${gid}:${mode}\n`).update(content).digest("hex");
  return join(configs, stack, key);
}

// Named by its place: a rotated secret is another text in the same place, for old containers, too.
function secretPath({ secrets }: FileFolders, stack: string, service: string, target: string): string {
  const key = createHash("sha256").update(target).digest("hex").slice(0, 16);
  return join(secrets, stack, service, key);
}

/** Puts a file where it is to lie, whole or not at all. */
export async function placeFile(path: string, { content, uid, gid, mode }: PlacedFile): Promise<void> {
  const folder = join(path, "..");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const fresh = `${path}.${randomBytes(4).toString("hex")}`;
  try {
    await writeFile(fresh, content, { mode: 0o600, flag: "wx" });
    // A server that is not root runs a rootless engine: its own number is root's in there, and others it cannot give.
    if (process.getuid?.() === 0) await chown(fresh, uid, gid);
    // None of them lends its owner's rights to who runs it.
    await chmod(fresh, mode & 0o777);
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}
