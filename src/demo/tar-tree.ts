// Reads the tar that GNU tar makes (POSIX.1-2001 pax over ustar) into a tree, leaving the contents on disk. It is for
// archives of the demo's own making; archives of strangers go through the image room.

import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { defineErrors } from "../base/errors.ts";
import type { Node, Tree } from "./tree.ts";

const fail = defineErrors({
  E_DEMO_TAR: { text: "{path} is not the archive it should be: {why}", hint: "berth demo --fresh makes it again" },
});

const BLOCK = 512;
const CHUNK = 1024 * 1024;
/** Pax headers hold names and times; GNU tar's are far smaller. */
const LARGEST_PAX = 64 * 1024;

/** The tree of a tar; device nodes and other kinds that images do not need are left out. @throws E_DEMO_TAR */
export async function readTarTree(path: string, signal: AbortSignal): Promise<Tree> {
  const file = await open(path);
  try {
    const nodes = new Map<string, Node>();
    let pax: Readonly<Record<string, string>> = {};
    for (let offset = 0; ; ) {
      signal.throwIfAborted();
      const header = await readExactly(file, offset, BLOCK, path);
      if (header[0] === 0) return nodes;
      offset += BLOCK;
      const type = String.fromCharCode(header[156] ?? 0);
      const size = Number(pax["size"] ?? octal(header, 124, 12));
      if (type === "x") pax = parsePax(await readExactly(file, offset, Math.min(size, LARGEST_PAX), path));
      else {
        const entry = { name: nameOf(header, pax), link: pax["linkpath"] ?? text(header, 157, 100) };
        const hash = type === "0" ? await hashOf(file, offset, size, path) : "";
        add(nodes, type, entry, metadata(header, pax), { content: { kind: "slice", path, offset, size }, hash });
        pax = {};
      }
      offset += Math.ceil(size / BLOCK) * BLOCK;
    }
  } finally {
    await file.close();
  }
}

type FileNode = Extract<Node, { type: "file" }>;
type Metadata = Pick<Node, "mode" | "uid" | "gid" | "mtime">;

function add(
  nodes: Map<string, Node>,
  type: string,
  { name, link }: { readonly name: string; readonly link: string },
  about: Metadata,
  data: Pick<FileNode, "content" | "hash">,
): void {
  if (name === "") return;
  if (type === "5") nodes.set(name, { type: "directory", ...about });
  else if (type === "2") nodes.set(name, { type: "symlink", target: link, ...about });
  else if (type === "0") nodes.set(name, { type: "file", ...data, ...about });
  else if (type === "1") {
    const target = nodes.get(cleanName(link));
    if (target?.type !== "file") return;
    const shared = { ...target, inode: target.inode ?? cleanName(link) };
    nodes.set(cleanName(link), shared);
    nodes.set(name, shared);
  }
}

function metadata(header: Buffer, pax: Readonly<Record<string, string>>): Metadata {
  return {
    mode: octal(header, 100, 8) & 0o7777,
    uid: Number(pax["uid"] ?? octal(header, 108, 8)),
    gid: Number(pax["gid"] ?? octal(header, 116, 8)),
    mtime: Math.floor(Number(pax["mtime"] ?? octal(header, 136, 12))),
  };
}

function nameOf(header: Buffer, pax: Readonly<Record<string, string>>): string {
  const prefix = text(header, 345, 155);
  return cleanName(pax["path"] ?? (prefix ? `${prefix}/${text(header, 0, 100)}` : text(header, 0, 100)));
}

function cleanName(name: string): string {
  return name
    .replace(/^(\.?\/)+/, "")
    .replace(/\/+$/, "")
    .replace(/^\.$/, "");
}

function text(header: Buffer, start: number, length: number): string {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end < 0 ? length : end);
}

function octal(header: Buffer, start: number, length: number): number {
  return Number.parseInt(text(header, start, length).trim() || "0", 8);
}

// Records "LENGTH KEY=VALUE\n", LENGTH counting bytes of the whole record.
function parsePax(body: Buffer): Readonly<Record<string, string>> {
  const records: Record<string, string> = {};
  for (let at = 0; at < body.length; ) {
    const length = Number.parseInt(body.toString("latin1", at, at + 20), 10);
    if (!(length > 0)) break;
    const record = body.toString("utf8", body.indexOf(32, at) + 1, at + length - 1);
    const equals = record.indexOf("=");
    records[record.slice(0, equals)] = record.slice(equals + 1);
    at += length;
  }
  return records;
}

async function hashOf(file: FileHandle, offset: number, size: number, path: string): Promise<string> {
  const hash = createHash("sha256");
  for (let done = 0; done < size; done += CHUNK) {
    hash.update(await readExactly(file, offset + done, Math.min(CHUNK, size - done), path));
  }
  return hash.digest("hex");
}

async function readExactly(file: FileHandle, offset: number, length: number, path: string): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  const { bytesRead } = await file.read(buffer, 0, length, offset);
  if (bytesRead !== length) throw fail("E_DEMO_TAR", { path, why: "it ends in the middle" });
  return buffer;
}
