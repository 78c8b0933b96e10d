// A small image from this machine's own programs, made in a moment and without network: for tests and benchmarks.

import { createHash } from "node:crypto";
import { readFile, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf } from "../base/errors.ts";
import { ABOVE, BELOW } from "./demo-files.ts";
import { type MadeImage, makeLayers } from "./demo-image.ts";
import { fail } from "./errors.ts";
import { output } from "./process.ts";
import { type Node, parentOf, type Tree } from "./tree.ts";
import { type Edit, editTree } from "./tree-edit.ts";

export interface TinyOptions {
  /** Absolute paths of programs to take along with their libraries; the first is the entry point. Default: a shell and `cat`, `true`, `env`, `id`. */
  readonly programs?: readonly string[];
  /** Further files, in the layer on top. */
  readonly files?: readonly Edit[];
  /** Further layers above those, the lowest first. */
  readonly more?: readonly { readonly by: string; readonly edits: readonly Edit[] }[];
  readonly signal: AbortSignal;
}

const PROGRAMS = ["/bin/sh", "/bin/cat", "/bin/true", "/usr/bin/env", "/usr/bin/id"];
const MTIME = Date.UTC(2026, 0, 1) / 1000;

/** Three layers in `dir/layout`, of the shape of the demo's image: programs, files, and what deletes and replaces files. */
export async function makeTinyImage(dir: string, options: TinyOptions): Promise<MadeImage> {
  const programs = options.programs ?? PROGRAMS;
  const base = new Map<string, Node>();
  for (const path of ["tmp", "proc", "sys", "dev", "etc"]) base.set(path, { type: "directory", ...owner(0o755) });
  for (const program of programs) {
    for (const path of [program, ...(await libraries(program, options.signal))]) await addFile(base, path);
  }
  const below = editTree(base, BELOW, MTIME);
  const above = editTree(below, [...ABOVE, ...(options.files ?? [])], MTIME);
  const trees: Tree[] = [base, below, above];
  const more = options.more ?? [];
  for (const { edits } of more) trees.push(editTree(trees.at(-1) ?? above, edits, MTIME));
  const made = await makeLayers(join(dir, "layout"), trees, {
    signal: options.signal,
    history: ["this machine's programs", "files", "deletes and replaces files", ...more.map(({ by }) => by)],
    config: { Env: ["PATH=/usr/bin:/bin"], Entrypoint: [programs[0] ?? "/bin/sh"], Labels: { tiny: "yes" } },
  });
  return { ...made, how: "copied from this machine", cached: false };
}

function owner(mode: number) {
  return { mode, uid: 0, gid: 0, mtime: MTIME };
}

// The shared objects that the dynamic linker would load, by `ldd`; none for a static program.
async function libraries(program: string, signal: AbortSignal): Promise<readonly string[]> {
  const text = await output("ldd", [program], signal);
  return [...text.matchAll(/(?:=> |^\s+)(\/\S+) \(/gm)].map(([, path]) => path ?? "");
}

// Kept under the name by which it is asked for, whatever links lie on the way on this machine.
async function addFile(tree: Map<string, Node>, path: string): Promise<void> {
  const name = path.slice(1);
  if (tree.has(name)) return;
  try {
    const source = await realpath(path);
    const { size, mode } = await stat(source);
    const hash = createHash("sha256")
      .update(await readFile(source))
      .digest("hex");
    const content = { kind: "slice", path: source, offset: 0, size } as const;
    for (let folder = parentOf(name); folder && !tree.has(folder); folder = parentOf(folder)) {
      tree.set(folder, { type: "directory", ...owner(0o755) });
    }
    tree.set(name, { type: "file", content, hash, ...owner(mode & 0o777) });
  } catch (error) {
    throw errnoOf(error) === "ENOENT" ? fail("E_DEMO_SHELL", { program: path, package: "coreutils" }) : error;
  }
}
