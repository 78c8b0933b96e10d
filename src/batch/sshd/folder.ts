// The folder of a job's sshd: memory in which root alone has written and the user alone can read the keys, read-only from then
// on, so that a private key never lies on a disk. Without privilege (tests, a user's own trial) a folder of the caller's stands in for it.

import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { reasonOf } from "../../base/errors.ts";
import { canWrite, readIfAny } from "../../platform/access.ts";
import type { Person } from "../types.ts";
import { fail } from "./errors.ts";
import { SESSION } from "./server-files.ts";
import type { SshdFile, SshdPlan } from "./types.ts";

// Below the folder until it is shown in its place, which hides it.
const HIDDEN = "sealed";
const FIXED_ENVIRONMENT = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" };

/** Makes the folder with its files, unless it is there for the same plan. @throws E_SSHD_FOLDER */
export function prepareSshd(plan: SshdPlan): void {
  const { dir, person } = plan;
  const asRoot = process.getuid?.() === 0;
  if (isReady(plan)) return;
  removeSshdFolder(dir);
  try {
    mkdirSync(dir, { mode: 0o700 });
    const place = asRoot ? raise(dir) : dir;
    for (const file of plan.files) writeBelow(place, file, asRoot ? person : undefined);
    if (asRoot) show(place, dir);
  } catch (cause) {
    removeSshdFolder(dir);
    throw cause instanceof Error && cause.name === "BerthError" ? cause : folderFailure(dir, reasonOf(cause), cause);
  }
}

// Filled where nobody else can pass: who could open his file for writing would keep the folder from being sealed.
function raise(dir: string): string {
  const place = `${dir}/${HIDDEN}`;
  mkdirSync(place, { mode: 0o700 });
  mount(["-t", "tmpfs", "-o", MOUNT_OPTIONS, "berth-ssh", place], dir);
  return place;
}

function show(place: string, dir: string): void {
  mount(["-o", "remount,ro", place], dir);
  mount(["--bind", place, dir], dir);
}

function writeBelow(place: string, { name, mode, content, owner }: SshdFile, person: Person | undefined): void {
  const path = `${place}/${name}`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, { flag: "wx", mode: 0o600 });
  // After the fact, so that root's umask does not decide what the user can read.
  for (let at = dirname(path); at !== place; at = dirname(at)) chmodSync(at, 0o755);
  chmodSync(path, mode);
  if (person && owner === "user") chownSync(path, person.uid, person.gid);
}

// Sealed last, so it is complete; random keys may differ, which the files of the other side already have.
function isReady({ dir, files }: SshdPlan): boolean {
  const telling = files.filter(({ name }) => name === SESSION || name === "client/ssh_config");
  return !canWrite(dir) && telling.every(({ name, content }) => readIfAny(`${dir}/${name}`) === content);
}

/** Removes it with what is mounted there; nothing happens when there is none. */
export function removeSshdFolder(dir: string): void {
  if (!existsSync(dir)) return;
  if (process.getuid?.() !== 0) {
    rmSync(dir, { recursive: true, force: true });
    return;
  }
  // Sessions that have not ended yet may hold it; the name goes at once. What is below it is never root's to walk through.
  call("umount", ["-l", dir]);
  const place = `${dir}/${HIDDEN}`;
  try {
    if (existsSync(place)) {
      call("umount", ["-l", place]);
      rmdirSync(place);
    }
    rmdirSync(dir);
  } catch (cause) {
    throw folderFailure(dir, reasonOf(cause), cause);
  }
}

// Never the user's folder, not for a moment: root changes owners in it by name.
const MOUNT_OPTIONS = "nosuid,nodev,noexec,size=4m,nr_inodes=64,mode=0711";

function mount(words: readonly string[], dir: string): void {
  const said = call("mount", ["-n", ...words]);
  if (said !== undefined) throw folderFailure(dir, said);
}

function call(program: string, words: readonly string[]): string | undefined {
  const { status, stderr, error } = spawnSync(program, words, { encoding: "utf8", env: FIXED_ENVIRONMENT, cwd: "/" });
  return status === 0 ? undefined : stderr?.trim() || reasonOf(error);
}

function folderFailure(dir: string, why: string, cause?: unknown): Error {
  return fail("E_SSHD_FOLDER", { dir, why, advice: "berth node teardown removes what is left" }, { cause });
}
