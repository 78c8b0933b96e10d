// Records in OSV's form, one by one, from where they are found: a zip archive (`all.zip`), a JSON file with one record or a
// list, or a folder with any of these. Knows nothing of what they say.

import { type FileHandle, open, readdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { reasonOf } from "../../base/errors.ts";
import { fail } from "../errors.ts";
import { zipMembers } from "./zip.ts";

/** A record as it was found; `undefined` where it is no JSON. */
export interface FoundRecord {
  readonly value: unknown;
  readonly where: string;
  /** The archive or folder that it lies in: what belongs together. */
  readonly within: string;
}

const MAX_JSON = 256 << 20;
const MAX_DEPTH = 4;

/** Every record below `path`. @throws E_ADVISORY_SOURCE, E_ADVISORY_ZIP */
export async function* osvRecords(path: string, signal?: AbortSignal, depth = 0): AsyncGenerator<FoundRecord> {
  const info = await stat(path).catch((cause: unknown) => {
    throw noSource(path, reasonOf(cause));
  });
  if (info.isDirectory()) {
    if (depth > MAX_DEPTH) return;
    for (const name of (await readdir(path)).sort()) {
      signal?.throwIfAborted();
      const inner = join(path, name);
      const kind = await stat(inner).catch((cause: unknown) => {
        throw noSource(inner, reasonOf(cause));
      });
      const wanted = kind.isFile() && /\.(?:json|zip)$/.test(name);
      if (kind.isDirectory() || wanted) yield* osvRecords(inner, signal, depth + 1);
    }
  } else if (await isZip(path)) yield* fromZip(path, signal);
  else yield* fromJson(path, info.size);
}

async function isZip(path: string): Promise<boolean> {
  const file = await open(path, "r").catch((cause: unknown) => {
    throw noSource(path, reasonOf(cause));
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && /^PK(?:\x03\x04|\x05\x06)$/.test(buffer.toString("latin1"));
  } finally {
    await file.close();
  }
}

async function* fromZip(path: string, signal: AbortSignal | undefined): AsyncGenerator<FoundRecord> {
  const file: FileHandle = await open(path, "r");
  try {
    for await (const { name, content } of zipMembers(file, path, (one) => one.endsWith(".json"))) {
      signal?.throwIfAborted();
      for (const value of valuesOf(content)) yield { value, where: `${path}: ${name}`, within: path };
    }
  } finally {
    await file.close();
  }
}

async function* fromJson(path: string, size: number): AsyncGenerator<FoundRecord> {
  if (size > MAX_JSON) throw noSource(path, "it is too big");
  for (const value of valuesOf(await readFile(path))) yield { value, where: path, within: dirname(path) };
}

function valuesOf(bytes: Buffer): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return Array.isArray(value) ? value : [value];
  } catch {
    return [undefined];
  }
}

function noSource(source: string, why: string) {
  return fail("E_ADVISORY_SOURCE", { source, why, hint: "name an all.zip of OSV, a record, or a folder of these" });
}
