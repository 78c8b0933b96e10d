// Which files are checked: those that were named, and below folders those that are known by their names. Knows no rule.

import { lstat, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { documentKind } from "../../policy/document-kind.ts";
import { cannotRead } from "./read-source.ts";

/** What was found, and what could not be looked at. */
export interface FoundFiles {
  /** In the order of their names below each folder. */
  readonly files: readonly FoundFile[];
  readonly failures: readonly Error[];
}

export interface FoundFile {
  readonly path: string;
  /** Somebody wrote its name: what it is has to be known. */
  readonly named: boolean;
}

export interface SearchOptions {
  /** True for paths that are passed over, folders as wholes. */
  readonly excluded?: ((path: string) => boolean) | undefined;
  readonly signal?: AbortSignal | undefined;
}

// Nobody's own files: what tools keep, and what is hidden.
const PASSED_OVER = new Set(["node_modules", "__pycache__", "vendor"]);
const DEEPEST = 64;

/** The files that names and folders stand for; links below folders are not followed. Never throws for what cannot be read. */
export async function findFiles(paths: readonly string[], options: SearchOptions = {}): Promise<FoundFiles> {
  const files: FoundFile[] = [];
  const failures: Error[] = [];
  for (const path of paths) {
    try {
      const found = await stat(path);
      if (found.isDirectory()) await walk(path, { files, failures, options, depth: 0 });
      else files.push({ path, named: true });
    } catch (cause) {
      failures.push(cannotRead(path, cause));
    }
  }
  return { files: once(files), failures };
}

interface Walk {
  readonly files: FoundFile[];
  readonly failures: Error[];
  readonly options: SearchOptions;
  readonly depth: number;
}

async function walk(folder: string, state: Walk): Promise<void> {
  const { options, depth, files, failures } = state;
  options.signal?.throwIfAborted();
  if (depth > DEEPEST) return;
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = folder === "." ? entry.name : join(folder, entry.name);
      if (entry.name.startsWith(".") || PASSED_OVER.has(entry.name) || options.excluded?.(path)) continue;
      if (entry.isDirectory()) await walk(path, { ...state, depth: depth + 1 });
      else if ((entry.isFile() || (await isPlain(path, entry.isSymbolicLink()))) && isKnown(entry.name))
        files.push({ path, named: false });
    }
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    failures.push(cannotRead(folder, cause));
  }
}

// Some file systems do not tell the kind of an entry.
async function isPlain(path: string, link: boolean): Promise<boolean> {
  return !link && (await lstat(path)).isFile();
}

// A YAML file of another name may be anything; whoever means it names it.
function isKnown(name: string): boolean {
  return documentKind(name.includes(".") ? name : `./${name}`, "") !== undefined;
}

function once(files: readonly FoundFile[]): readonly FoundFile[] {
  const seen = new Map<string, FoundFile>();
  for (const file of files) if (!seen.get(file.path)?.named) seen.set(file.path, file);
  return [...seen.values()];
}
