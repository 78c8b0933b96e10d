// Git repositories for ADD, by the git program: one shallow fetch of one commit, checked out into a folder that is kept
// under the commit's name. The program gets no terminal, no hooks and no other protocols than those of a recipe.

import { chmod, lstat, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { digestOf, digestParts } from "../../base/digest.ts";
import { errnoOf } from "../../base/errors.ts";
import type { Environment } from "../../platform/user.ts";
import { git, refused } from "./git-program.ts";
import { withoutLogin } from "./remote.ts";
import type { GitRequest } from "./remote-sources.ts";

/** What checking out needs. */
export interface CheckoutOptions {
  /** The cache's folder for checkouts; made when missing. */
  readonly folder: string;
  /** PATH, HOME, proxies and the ssh agent reach git; nothing else does. */
  readonly env: Environment;
}

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
/** The working tree of a commit. @throws E_ADD_GIT */
export async function checkout(request: GitRequest, options: CheckoutOptions): Promise<string> {
  const { checksum, remote, keepGitDir, submodules } = request;
  if (checksum !== undefined && !/^[0-9a-f]{7,64}$/.test(checksum)) {
    throw refused(remote, `the checksum ${checksum} is not a commit: write at least seven hexadecimal digits`);
  }
  const found = await resolve(request, options);
  if (checksum !== undefined && !found.commit.startsWith(checksum)) {
    throw refused(remote, `${request.ref ?? "its default branch"} is at ${found.commit}, not at ${checksum}`);
  }
  const kinds = `${keepGitDir ? "git" : "bare"}${submodules ? "" : "-alone"}`;
  const name = `${found.commit}-${kinds}-${digestParts(digestOf(remote)).hex.slice(0, 16)}`;
  const target = join(options.folder, "tree", name);
  if (await exists(target)) return target;
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(options.folder, "tree", ".partial-"));
  try {
    // The folder itself may become one of the image.
    await chmod(folder, 0o755);
    await fill(folder, found, request, options);
    await rename(folder, target);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    // Somebody else was faster.
    if (errnoOf(error) === "ENOTEMPTY" || errnoOf(error) === "EEXIST") return target;
    throw error;
  }
  return target;
}

interface Found {
  readonly commit: string;
  /** The reference that leads there, for servers that give commits only by reference. */
  readonly ref: string | undefined;
}

async function resolve(request: GitRequest, options: CheckoutOptions): Promise<Found> {
  const { remote, ref = "HEAD" } = request;
  if (COMMIT.test(ref)) return { commit: ref, ref: undefined };
  const listed = await git(["ls-remote", "--", remote, ref, `${ref}^{}`], request, options.env);
  const lines = listed.split("\n").map((line) => line.split("\t"));
  // Where a branch and a tag share a name, the branch is meant; of a tag that has a message, the commit.
  const names = [ref, `refs/heads/${ref}`, `refs/tags/${ref}^{}`, `${ref}^{}`, `refs/tags/${ref}`];
  const order = ref.startsWith("refs/tags/") ? [`${ref}^{}`, ref] : names;
  for (const name of order) {
    const commit = lines.find(([, listedName]) => listedName === name)?.[0];
    if (commit !== undefined && COMMIT.test(commit)) return { commit, ref: name.replace(/\^\{\}$/, "") };
  }
  throw refused(remote, `it has no ${ref}`);
}

async function fill(
  folder: string,
  { commit, ref }: Found,
  request: GitRequest,
  options: CheckoutOptions,
): Promise<void> {
  const { remote, keepGitDir, submodules } = request;
  const here = (...args: string[]) => git(["-C", folder, ...args], request, options.env);
  await here("init", "--quiet");
  await here("remote", "add", "origin", withoutLogin(remote));
  const fetch = (...what: string[]) => here("fetch", "--quiet", "--no-tags", ...what);
  if (ref !== undefined) await fetch("--depth=1", "--", remote, ref);
  else {
    // Not every server gives single commits.
    await fetch("--depth=1", "--", remote, commit).catch(() => fetch("--", remote, "+refs/heads/*:refs/berth/*"));
  }
  await here("checkout", "--quiet", "--detach", commit);
  if (submodules) await here("submodule", "--quiet", "update", "--init", "--recursive", "--depth=1");
  if (!keepGitDir) await removeGit(folder);
}

// Of submodules too, whose `.git` is a file.
async function removeGit(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (entry.name === ".git") await rm(join(entry.parentPath, ".git"), { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() ?? false;
}
