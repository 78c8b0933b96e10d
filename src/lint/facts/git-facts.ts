// What git knows of files: tracked, changed, from where, which revision. Changes are told by comparing contents here: `git status` would
// run the filters that a repository's configuration names.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, realpath } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import type { Environment } from "../../platform/user.ts";
import type { GitFacts } from "../../policy/practice-facts.ts";
import { type GitCall, runGit } from "./git-program.ts";

/** Facts by path as given; files outside of work trees are missing. Never throws but for the signal. */
export async function gitFacts(
  paths: readonly string[],
  around: { readonly env: Environment; readonly signal?: AbortSignal | undefined },
): Promise<ReadonlyMap<string, GitFacts>> {
  const facts = new Map<string, GitFacts>();
  const trees = new Map<string, TreeFile[]>();
  for (const path of paths) {
    const file = await treeFile(path);
    if (file) trees.set(file.root, [...(trees.get(file.root) ?? []), file]);
  }
  for (const [root, files] of trees) {
    const found = await factsOfTree(files, { folder: root, ...around });
    for (const [path, one] of found) facts.set(path, one);
  }
  return facts;
}

interface TreeFile {
  readonly path: string;
  readonly real: string;
  readonly root: string;
  /** Below the root, as git writes it. */
  readonly name: string;
}

async function treeFile(path: string): Promise<TreeFile | undefined> {
  const folder = await realpath(dirname(path)).catch(() => undefined);
  const root = folder && rootOf(folder);
  if (folder === undefined || root === undefined) return undefined;
  const real = join(folder, basename(path));
  return { path, real, root, name: relative(root, real) };
}

/** The work tree around a folder. */
export function rootOf(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return at;
    if (at === dirname(at)) return undefined;
  }
}

// Longer lists of names do not fit a command line everywhere.
const MOST_NAMES = 500;

async function factsOfTree(
  files: readonly TreeFile[],
  call: GitCall,
): Promise<readonly (readonly [string, GitFacts])[]> {
  const names = files.length > MOST_NAMES ? [] : ["--", ...files.map(({ name }) => name)];
  const [index, head, revision, remote] = await Promise.all([
    runGit(["ls-files", "-s", "-z", ...names], call),
    runGit(["ls-tree", "-r", "-z", "--full-tree", "HEAD", ...names], call),
    runGit(["rev-parse", "--verify", "-q", "HEAD"], call),
    runGit(["config", "--get", "remote.origin.url"], call),
  ]);
  if (index === undefined) return [];
  const staged = objectsOf(index, 1);
  const committed = objectsOf(head ?? "", 2);
  const about = { remote: withoutSecrets(remote?.trim()), revision: revision?.trim() || undefined };
  return Promise.all(
    files.map(async ({ path, real, name }) => {
      const id = staged.get(name);
      const dirty = id !== undefined && (id !== committed.get(name) || !(await hasContent(real, id)));
      return [path, { tracked: id !== undefined, dirty, ...about }] as const;
    }),
  );
}

// `mode id stage\tname` and `mode type id\tname`.
function objectsOf(listing: string, column: number): ReadonlyMap<string, string> {
  const rows = listing.split("\0").flatMap((row) => {
    const tab = row.indexOf("\t");
    const id = row.slice(0, tab).split(" ")[column];
    return tab < 0 || id === undefined ? [] : [[row.slice(tab + 1), id] as const];
  });
  return new Map(rows);
}

async function hasContent(path: string, id: string): Promise<boolean> {
  const bytes = await readFile(path).catch(() => undefined);
  if (!bytes) return false;
  const algorithm = id.length === 64 ? "sha256" : "sha1";
  const fits = (content: Buffer) =>
    createHash(algorithm).update(`blob ${content.length}\0`).update(content).digest("hex") === id;
  // Where git turns line ends, the work tree has others than the repository.
  return fits(bytes) || fits(Buffer.from(bytes.toString("latin1").replaceAll("\r\n", "\n"), "latin1"));
}

// Addresses may hold passwords, and this one goes into findings and labels.
function withoutSecrets(remote: string | undefined): string | undefined {
  return remote ? remote.replace(/^([a-z+]+:\/\/)[^/@]*@/i, "$1") : undefined;
}
