// Git repositories for ADD, by the git program: one shallow fetch of one commit, checked out into a folder that is kept
// under the commit's name. The program gets no terminal, no hooks and no other protocols than those of a recipe.

import { spawn } from "node:child_process";
import { chmod, lstat, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { digestOf, digestParts } from "../../base/digest.ts";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import type { Environment } from "../../platform/user.ts";
import { fail } from "./errors.ts";
import type { GitRequest } from "./remote-sources.ts";

/** What checking out needs. */
export interface CheckoutOptions {
  /** The cache's folder for checkouts; made when missing. */
  readonly folder: string;
  /** PATH, HOME, proxies and the ssh agent reach git; nothing else does. */
  readonly env: Environment;
}

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const PASSED = [
  ...["PATH", "HOME", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "XDG_CONFIG_HOME", "GIT_SSL_CAINFO"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"],
];
const MAX_WORDS = 64 * 1024;

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
  const listed = await git(["ls-remote", "--", remote, ref, `${ref}^{}`], request, options);
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
  const here = (...args: string[]) => git(["-C", folder, ...args], request, options);
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

const SETTINGS = [
  ...["core.hooksPath=/dev/null", "core.fsmonitor=false", "protocol.allow=never", "advice.detachedHead=false"],
  ...["http", "https", "ssh", "git"].map((name) => `protocol.${name}.allow=always`),
];

async function git(args: readonly string[], { remote, signal }: GitRequest, { env }: CheckoutOptions): Promise<string> {
  const passed = Object.fromEntries(PASSED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
  const settings = SETTINGS.flatMap((setting) => ["-c", setting]);
  // Files are made with the usual permissions, whatever this user's are: they decide the layer.
  const argv = ["-c", 'umask 022 && exec git "$@"', "git", ...settings, ...args];
  return new Promise((answer, reject) => {
    const child = spawn("/bin/sh", argv, {
      env: { ...passed, LC_ALL: "C", GIT_TERMINAL_PROMPT: "0", GIT_SSH_COMMAND: "ssh -oBatchMode=yes" },
      stdio: ["ignore", "pipe", "pipe"],
      signal,
    });
    let [said, complained] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (said.length < MAX_WORDS) said += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      complained = (complained + text).slice(-MAX_WORDS);
    });
    child.once("error", (cause) => reject(signal.aborted ? cause : refused(remote, reasonOf(cause), cause)));
    child.once("close", (status) => {
      if (status === 0) answer(said);
      else if (status === 127) reject(refused(remote, "the program git is not installed"));
      else reject(refused(remote, withoutLogin(complaint(complained))));
    });
  });
}

// git says the reason first and advice behind it.
function complaint(said: string): string {
  const lines = said.trim().split("\n");
  const reason = lines.find((line) => /^(?:fatal|error|ssh): /.test(line)) ?? lines.at(-1);
  return reason?.replace(/^(?:fatal|error): /, "") || "git failed";
}

function refused(remote: string, why: string, cause?: unknown): Error {
  return fail("E_ADD_GIT", { remote: withoutLogin(remote), why }, { cause });
}

function withoutLogin(text: string): string {
  return text.replace(/([a-z]+:\/\/)[^/@\s]*@/gi, "$1");
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() ?? false;
}
