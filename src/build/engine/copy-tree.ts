// The files below one thing that is copied, as a list: what they are, not what is in them. Paths are byte strings.

import { lstatSync, readdirSync, readlinkSync, type Stats, statSync } from "node:fs";
import { setImmediate as breathe } from "node:timers/promises";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import { bytes, toText } from "./root-path.ts";

export type CopiedKind = "file" | "dir" | "symlink" | "fifo" | "device";

/** One file of a copy. */
export interface Copied {
  /** Path of the host. */
  readonly source: string;
  /** Below the copied thing; empty for itself. */
  readonly path: string;
  readonly kind: CopiedKind;
  readonly stat: Stats;
  /** Of a symbolic link. */
  readonly target: string;
}

export interface WalkOptions {
  /** Follow links (never in what strangers have made). */
  readonly follow: boolean;
  /** True when a path below the copied thing is left out. */
  readonly leftOut: (path: string) => boolean;
  /** True when a folder is left out with everything below. */
  readonly skipped: (path: string) => boolean;
  readonly signal: AbortSignal;
}

/** Why a file cannot be read, as the walk met it. */
export class Unreadable extends Error {
  readonly path: string;
  constructor(path: string, cause: unknown) {
    super(errnoOf(cause) === "ENOENT" ? "it is gone" : reasonOf(cause), { cause });
    this.path = toText(path);
  }
}

const MAX_DEPTH = 256;
const BREATH = 500;

/** Lists a thing and everything below it, folders before their content, names in order. @throws Unreadable */
export async function walkTree(source: string, options: WalkOptions): Promise<readonly Copied[]> {
  const found: Copied[] = [];
  const todo: { source: string; path: string; depth: number }[] = [{ source, path: "", depth: 0 }];
  for (let next = todo.pop(); next; next = todo.pop()) {
    if (found.length % BREATH === 0) {
      options.signal.throwIfAborted();
      await breathe();
    }
    const entry = look(next.source, next.path, options.follow || next.path === "");
    if (entry === undefined) continue;
    if (next.path === "" || !options.leftOut(next.path)) found.push(entry);
    if (entry.kind !== "dir" || (next.path !== "" && options.skipped(next.path))) continue;
    if (next.depth >= MAX_DEPTH)
      throw new Unreadable(next.source, new Error("it is nested too deeply, or links go in a circle"));
    const { source: folder, path, depth } = next;
    for (const name of names(folder).reverse()) {
      todo.push({ source: `${folder}/${name}`, path: path === "" ? name : `${path}/${name}`, depth: depth + 1 });
    }
  }
  return found;
}

function names(folder: string): string[] {
  try {
    return readdirSync(bytes(folder), { encoding: "latin1" }).sort();
  } catch (error) {
    throw new Unreadable(folder, error);
  }
}

function look(source: string, path: string, follow: boolean): Copied | undefined {
  try {
    const stat = follow ? statSync(bytes(source)) : lstatSync(bytes(source));
    const kind = kindOf(stat);
    // A socket means nothing without the process that listens.
    if (kind === undefined) return undefined;
    const target = kind === "symlink" ? readlinkSync(bytes(source), "latin1") : "";
    return { source, path, kind, stat, target };
  } catch (error) {
    throw new Unreadable(source, error);
  }
}

function kindOf(stat: Stats): CopiedKind | undefined {
  if (stat.isFile()) return "file";
  if (stat.isDirectory()) return "dir";
  if (stat.isSymbolicLink()) return "symlink";
  if (stat.isFIFO()) return "fifo";
  return stat.isSocket() ? undefined : "device";
}
