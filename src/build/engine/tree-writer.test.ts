import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { END_OF_ARCHIVE, encodeHeader } from "../../image/tar/encode.ts";
import { TreeWriter } from "./tree-writer.ts";
import { unpackTar } from "./unpack.ts";

const OWNER = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

interface Entry {
  readonly path: string;
  readonly kind: "dir" | "file" | "symlink";
  readonly target?: string;
  readonly xattrs?: ReadonlyMap<string, Buffer>;
}

describe("what an archive's later entries replace", () => {
  let folder: string;
  let root: string;
  let host: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "berth-tree-writer-"));
    root = join(folder, "root");
    host = join(folder, "host");
    for (const dir of [root, host, join(host, "b")]) mkdirSync(dir);
    writeFileSync(join(host, "f"), "");
    utimesSync(join(host, "b"), 1000, 1000);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function unpack(entries: readonly Entry[]): Promise<TreeWriter> {
    const headers = entries.map(({ path, kind, target = "", xattrs }) =>
      encodeHeader({ path, kind, target, xattrs, ...OWNER, mode: 0o755, mtime: 5000, size: 0 }),
    );
    const writer = new TreeWriter(root);
    await unpackTar(Readable.from([...headers, END_OF_ARCHIVE]), writer, {
      ...{ into: "", owner: OWNER, name: "a.tar", maxBytes: 1 << 20, layer: true },
      signal: new AbortController().signal,
    });
    return writer;
  }

  test("gets no times outside the state, where a link has taken its folder's place", async () => {
    const writer = await unpack([
      { path: "a/b", kind: "dir" },
      { path: "a", kind: "symlink", target: host },
    ]);
    writer.settle();
    expect(statSync(join(host, "b")).mtimeMs).toBe(1000_000);
  });

  test("gets no attributes outside the state", async () => {
    const packer = join(folder, "packer");
    writeFileSync(packer, `#!/bin/sh\ncat > '${folder}/said'\n`);
    chmodSync(packer, 0o755);
    const writer = await unpack([
      { path: "a/f", kind: "file", xattrs: new Map([["user.x", Buffer.from("1")]]) },
      { path: "g", kind: "file", xattrs: new Map([["user.y", Buffer.from("1")]]) },
      { path: "a", kind: "symlink", target: host },
    ]);
    await writer.applyAttributes(packer);
    expect(readFileSync(join(folder, "said"), "latin1")).toBe(`set\0${root}/g\0user.y\x0031\0`);
  });

  test("may be gone altogether", async () => {
    const writer = await unpack([
      { path: "a", kind: "dir" },
      { path: ".wh.a", kind: "file" },
    ]);
    writer.settle();
    expect(existsSync(join(root, "a"))).toBe(false);
  });
});
