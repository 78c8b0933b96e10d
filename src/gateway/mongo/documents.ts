// The documents of a dump, one after the other: of a file of mongodump (`.bson`) or mongoexport (lines of JSON, or one
// array), packed by gzip or not; or of all such files of a folder. Knows nothing of what documents mean.

import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { reasonOf } from "../../base/errors.ts";
import { BsonError, readBson } from "./bson.ts";
import { fail } from "./errors.ts";
import { plainValue } from "./extended-json.ts";

export type Document = Readonly<Record<string, unknown>>;

/** MongoDB's own limit for a document, and some room. */
const LONGEST = 17 << 20;
/** A file that is one array is read whole. */
const LONGEST_ARRAY = 512 << 20;

/** The files of a dump that hold images or metrics. @throws E_MONGO_READ, E_MONGO_NONE */
export async function dumpFiles(path: string): Promise<readonly string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = (await readdir(path, { recursive: true })).filter(isCollection);
    if (names.length === 0) throw fail("E_MONGO_NONE", { path });
    return names.sort().map((name) => join(path, name));
  } catch (cause) {
    if (cause instanceof Error && cause.name === "BerthError") throw cause;
    throw fail("E_MONGO_READ", { path, why: reasonOf(cause) }, { cause });
  }
}

function isCollection(name: string): boolean {
  return /^(images|metrics)\.(bson|json)(\.gz)?$/.test(basename(name));
}

/** The documents of a file. @throws E_MONGO_READ, E_MONGO_BSON, E_MONGO_JSON, E_MONGO_LONG */
export async function* documentsOf(path: string, signal: AbortSignal): AsyncGenerator<Document> {
  try {
    const content = opened(path, signal);
    if (/\.bson(\.gz)?$/.test(path)) yield* bsonDocuments(path, content);
    else yield* jsonDocuments(path, content);
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof Error && cause.name === "BerthError") throw cause;
    throw fail("E_MONGO_READ", { path, why: reasonOf(cause) }, { cause });
  }
}

function opened(path: string, signal: AbortSignal): Readable {
  const file = createReadStream(path, { signal });
  if (!path.endsWith(".gz")) return file;
  const unpacked = createGunzip();
  file.on("error", (error) => unpacked.destroy(error));
  return file.pipe(unpacked);
}

async function* bsonDocuments(path: string, content: Readable): AsyncGenerator<Document> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  for await (const part of content as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? part : Buffer.concat([rest, part]);
    while (rest.length >= 4) {
      const size = rest.readInt32LE();
      if (size < 5) throw fail("E_MONGO_BSON", { path, at: offset, why: "a length is wrong" });
      if (size > LONGEST) throw fail("E_MONGO_LONG", { path, limit: LONGEST });
      if (rest.length < size) break;
      yield bsonDocument(path, offset, rest.subarray(0, size));
      rest = rest.subarray(size);
      offset += size;
    }
  }
  if (rest.length > 0) throw fail("E_MONGO_BSON", { path, at: offset, why: "it is cut off" });
}

function bsonDocument(path: string, offset: number, bytes: Buffer): Document {
  try {
    return readBson(bytes);
  } catch (cause) {
    if (!(cause instanceof BsonError)) throw cause;
    throw fail("E_MONGO_BSON", { path, at: offset + cause.at, why: cause.message }, { cause });
  }
}

async function* jsonDocuments(path: string, content: Readable): AsyncGenerator<Document> {
  let number = 0;
  let array: string[] | undefined;
  let length = 0;
  for await (const line of createInterface({ input: content, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    if (number === 1 && line.trimStart().startsWith("[")) array = [];
    length = array ? length + line.length : line.length;
    const limit = array ? LONGEST_ARRAY : LONGEST;
    if (length > limit) throw fail("E_MONGO_LONG", { path, limit });
    if (array) array.push(line);
    else if (line.trim() !== "") yield jsonValue(path, number, line) as Document;
  }
  if (array) for (const item of jsonValue(path, 1, array.join("\n")) as readonly Document[]) yield item;
}

function jsonValue(path: string, line: number, text: string): unknown {
  try {
    return plainValue(JSON.parse(text));
  } catch (cause) {
    throw fail("E_MONGO_JSON", { path, line, why: reasonOf(cause) }, { cause });
  }
}
