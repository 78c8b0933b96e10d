// What a copy will copy, found out before anything is written: its key is made of it, and mistakes are met early.

import { createHash, type Hash } from "node:crypto";
import { open, readFile, stat } from "node:fs/promises";
import { codeFrame } from "../../base/source.ts";
import { type PathFilter, pathFilter } from "../../recipe/dockerignore.ts";
import type { CopyStep, StepOrigin } from "../types.ts";
import { findMatches, type Match } from "./copy-sources.ts";
import { type Copied, Unreadable, walkTree } from "./copy-tree.ts";
import { fail } from "./errors.ts";
import { bytes, fromText, toText } from "./root-path.ts";

/** One thing that a pattern has found, with everything below it. */
export interface PlannedMatch {
  readonly match: Match;
  readonly tree: readonly Copied[];
}

/** Where the things come from. */
export interface Origin {
  /** Folder of the host. */
  readonly root: string;
  /** For messages, such as `the build context /home/me/app`. */
  readonly name: string;
  /** What the origin does not show. */
  readonly ignore: PathFilter | undefined;
  /** Made by strangers: links must not lead out of it. */
  readonly strange: boolean;
}

/** Finds and lists what the step copies. @throws E_COPY_NO_MATCH, E_COPY_READ */
export async function planCopy(
  step: CopyStep,
  at: StepOrigin,
  origin: Origin,
  signal: AbortSignal,
): Promise<readonly PlannedMatch[]> {
  const root = fromText(origin.root === "/" ? "" : origin.root);
  const { ignore } = origin;
  const exclude = step.exclude.length === 0 ? undefined : pathFilter(step.exclude, at.source.name);
  const hidden = (path: string) => ignore?.ignored(toText(path)) === true;
  const planned: PlannedMatch[] = [];
  try {
    for (const source of step.sources) {
      const unseen = (path: string) => hidden(path) && !reaches(ignore, path);
      const all = findMatches(root === "" ? "/" : root, source, unseen, step.extended);
      if (all.length === 0) throw noMatch(source, origin, at, root);
      for (const match of all) {
        if (exclude?.ignored(toText(match.name)) && !match.stat.isDirectory()) continue;
        const below = (path: string) => toText(match.path === "" ? path : `${match.path}/${path}`);
        const tree = await walkTree(match.source, {
          follow: step.follow && !origin.strange,
          leftOut: (path) => ignore?.ignored(below(path)) === true || exclude?.ignored(toText(path)) === true,
          skipped: (path) => ignore?.skips(below(path)) === true || exclude?.skips(toText(path)) === true,
          signal,
        });
        planned.push({ match, tree });
      }
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    throw fail("E_COPY_READ", { path: error.path, reason: error.message, frame: codeFrame(at) }, { cause: error });
  }
  return planned;
}

// A folder that is ignored may hold something that an exception brings back.
function reaches(ignore: PathFilter | undefined, path: string): boolean {
  return ignore?.skips(toText(path)) === false;
}

function noMatch(source: string, origin: Origin, at: StepOrigin, root: string): Error {
  const ignored = origin.ignore && findMatches(root || "/", source, () => false).length > 0;
  const hint = ignored
    ? "it is there, but .dockerignore leaves it out"
    : "check the name: paths are taken from the root of that folder";
  return fail("E_COPY_NO_MATCH", { source, origin: origin.name, frame: codeFrame(at), hint });
}

const SMALL = 256 * 1024;
const PIECE = 1024 * 1024;

/** Digest of names, modes and contents of what is copied; times are no part of it. @throws E_COPY_READ */
export async function digestOfCopy(
  planned: readonly PlannedMatch[],
  at: StepOrigin,
  signal: AbortSignal,
): Promise<string> {
  const hash = createHash("sha256");
  for (const { match, tree } of planned) {
    hash.update(`match\0${match.path}\0${match.name}\0`);
    for (const entry of tree) {
      hash.update(`${entry.path}\0${entry.kind}\0${entry.stat.mode & 0o7777}\0${entry.target}\0`);
      if (entry.kind !== "file") continue;
      try {
        await addContent(hash, entry, signal);
      } catch (error) {
        if (signal.aborted) throw error;
        const { path, message } = new Unreadable(entry.source, error);
        throw fail("E_COPY_READ", { path, reason: message, frame: codeFrame(at) }, { cause: error });
      }
    }
  }
  return hash.digest("hex");
}

async function addContent(into: Hash, { source, stat: before }: Copied, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  into.update(`${before.size}\0`);
  if (before.size <= SMALL) return void into.update(await readFile(bytes(source)));
  const file = await open(bytes(source), "r");
  try {
    const piece = Buffer.allocUnsafe(PIECE);
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(piece, 0, PIECE);
      if (bytesRead === 0) return;
      into.update(piece.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

/** True when the file is no longer what it was when the copy was planned. */
export async function hasChanged(entry: Copied): Promise<boolean> {
  const now = await stat(bytes(entry.source)).catch(() => undefined);
  const then = entry.stat;
  return (
    now?.ino !== then.ino || now.size !== then.size || now.mtimeMs !== then.mtimeMs || now.ctimeMs !== then.ctimeMs
  );
}
