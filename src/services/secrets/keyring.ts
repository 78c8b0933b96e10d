// The keys of a site's secrets, in a file outside the database: one key a line with its id, the newest first. The first
// closes; all of them open. Several servers may share the file: one that meets an unknown id reads it again.

import { randomBytes } from "node:crypto";
import { dirname } from "node:path";
import { reasonOf } from "../../base/errors.ts";
import { publishFile } from "../../base/publish.ts";
import { makePrivateFile, readPrivateFile, syncFolder } from "../../platform/private-file.ts";
import { KEY_BYTES } from "../../platform/sealed-bytes.ts";
import { fail } from "./errors.ts";

/** The keys of the site. */
export interface Keyring {
  /** The one that closes, as the file has it now. @throws E_SECRET_KEY */
  current(): Promise<SiteKey>;
  /** The key of an id; undefined: it was removed, or never was. @throws E_SECRET_KEY */
  find(id: string): Promise<Buffer | undefined>;
  /** A new key closes from now on; the others still open. @throws E_SECRET_KEY */
  add(): Promise<void>;
  /** Forgets all keys but the one that closes and those with these ids. @throws E_SECRET_KEY */
  keep(ids: ReadonlySet<string>): Promise<void>;
}

export interface SiteKey {
  readonly id: string;
  readonly key: Buffer;
}

const LINE = /^([0-9a-f]{16}) ([0-9a-f]{64})$/;
const FILE_BYTES = 64 * 1024;

/** Reads the key file, which is made when missing. @throws E_SECRET_KEY */
export async function openKeyring(path: string): Promise<Keyring> {
  let keys = await readOrMake(path);
  const replace = async (next: readonly SiteKey[]) => {
    await told(path, async () => {
      await publishFile(path, 0o600, async (file) => file.writeFile(print(next)));
      await syncFolder(dirname(path));
    });
    keys = next;
  };
  return {
    async current() {
      keys = await read(path);
      return first(keys, path);
    },
    async find(id) {
      const known = keys.find((key) => key.id === id);
      if (known) return known.key;
      keys = await read(path);
      return keys.find((key) => key.id === id)?.key;
    },
    async add() {
      await replace([newKey(), ...(await read(path))]);
    },
    async keep(ids) {
      const [newest, ...others] = await read(path);
      if (newest) await replace([newest, ...others.filter(({ id }) => ids.has(id))]);
    },
  };
}

async function readOrMake(path: string): Promise<readonly SiteKey[]> {
  return told(path, async () => {
    const text = await readPrivateFile(path, FILE_BYTES);
    if (text !== undefined) return parse(text);
    await makePrivateFile(path, print([newKey()]));
    return parse((await readPrivateFile(path, FILE_BYTES)) ?? "");
  });
}

// A file that went while the server runs (its file system is away) must not be made anew: what is closed with a key that nobody
// else has is lost when the right file is back.
async function read(path: string): Promise<readonly SiteKey[]> {
  return told(path, async () => {
    const text = await readPrivateFile(path, FILE_BYTES);
    if (text === undefined) throw new Error("it is gone");
    return parse(text);
  });
}

async function told<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fail("E_SECRET_KEY", { path, why: reasonOf(error) }, { cause: error });
  }
}

function parse(text: string): readonly SiteKey[] {
  const lines = text.split("\n").filter((line) => line !== "");
  if (lines.length === 0) throw new Error("it has no key");
  return lines.map((line, index) => {
    const [, id, key] = LINE.exec(line) ?? [];
    if (id === undefined || key === undefined) throw new Error(`line ${index + 1} is no key`);
    return { id, key: Buffer.from(key, "hex") };
  });
}

function print(keys: readonly SiteKey[]): string {
  return keys.map(({ id, key }) => `${id} ${key.toString("hex")}\n`).join("");
}

function newKey(): SiteKey {
  return { id: randomBytes(8).toString("hex"), key: randomBytes(KEY_BYTES) };
}

function first([key]: readonly SiteKey[], path: string): SiteKey {
  if (!key) throw fail("E_SECRET_KEY", { path, why: "it has no key" });
  return key;
}
