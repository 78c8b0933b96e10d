// Locks between processes that share a cache, also over a network file system, with nothing but files: Node has no
// flock(2), and Lustre or NFS often have none either. A lock is a file that names its owner, made by link(2), which is
// atomic everywhere. A dead owner's lock is taken over: in our own domain the process table tells, elsewhere the file's
// age, since every owner touches its lock every few seconds.
//
// Two processes that take over the same dead lock in the same instant could both believe they hold it. What is locked
// here bears that: blobs are named by their content, so it would cost a second transfer, never a wrong blob.

import { randomBytes } from "node:crypto";
import { constants, copyFile, link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import { fail } from "./errors.ts";
import { type ProcessIdentity, parseIdentity, selfIdentity, startTime } from "./process-identity.ts";

const BEAT_MS = 5_000;
/** Without a heartbeat for so long an owner on another machine counts as dead. */
const DEAD_MS = 60_000;

/** A lock that is held. */
export interface Lock {
  release(): Promise<void>;
}

export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called once when the lock is another's, with words for its owner. */
  readonly onWait?: (owner: string) => void;
  /** Asked while waiting; when it answers true the lock is no longer wanted. */
  readonly unless?: () => Promise<boolean>;
}

/** Takes the lock, waiting for its owner; nothing when `unless` said that it is no longer needed. @throws E_LOCK_STUCK */
export async function acquireLock(path: string, options: LockOptions = {}): Promise<Lock | undefined> {
  let told = false;
  for (let pause = 10; ; pause = Math.min(pause * 1.5, 200)) {
    options.signal?.throwIfAborted();
    if (await options.unless?.()) return undefined;
    const { lock, owner } = await tryLock(path);
    if (lock) return lock;
    if (!told) options.onWait?.(owner ?? "another process");
    told = true;
    // Unequal pauses, lest waiters meet again and again.
    await sleep(pause * (0.5 + Math.random() / 2), undefined, options.signal ? { signal: options.signal } : {});
  }
}

/** Takes the lock if it is free or its owner is dead; otherwise says who has it. @throws E_LOCK_STUCK */
export async function tryLock(path: string): Promise<{ readonly lock?: Lock; readonly owner?: string }> {
  const mine = `${path}.${process.pid}-${randomBytes(6).toString("hex")}`;
  try {
    // Made again when the whole cache was removed under us.
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(mine, JSON.stringify(await selfIdentity()), { flag: "wx", mode: 0o600 });
    if (await linked(mine, path)) return { lock: hold(path) };
    // The age of a lock is measured by the file server's clock: that of the file just made there.
    const now = (await stat(mine)).mtimeMs;
    const owner = await judge(path, now);
    // Released a moment ago: whoever holds it by now is alive, and must not be touched.
    if (owner === undefined) return {};
    if (owner.dead) await discard(path, owner.text, mine);
    if (owner.dead && (await linked(mine, path))) return { lock: hold(path) };
    return { owner: owner.name };
  } catch (error) {
    throw fail("E_LOCK_STUCK", { path, reason: reasonOf(error) }, { cause: error });
  } finally {
    await rm(mine, { force: true });
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(errnoOf(error) ?? "")) throw error;
    return copied(from, to);
  }
}

// For file systems without hard links. A reader may see the copy before its content: an unnamed owner counts as alive.
async function copied(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw error;
  }
}

interface Judgement {
  readonly dead: boolean;
  readonly text: string;
  readonly name: string;
}

async function judge(path: string, now: number): Promise<Judgement | undefined> {
  try {
    const text = await readFile(path, "utf8");
    const owner = parseIdentity(text);
    const name = owner ? `process ${owner.pid} on ${owner.host}` : "another process";
    const self = await selfIdentity();
    if (owner && owner.domain === self.domain) return { dead: !(await alive(owner)), text, name };
    return { dead: now - (await stat(path)).mtimeMs > DEAD_MS, text, name };
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    return undefined;
  }
}

async function alive(owner: ProcessIdentity): Promise<boolean> {
  return (await startTime(owner.pid)) === owner.start;
}

// Moved away first and looked at again: if a faster process had already put its own lock there, that goes back.
async function discard(path: string, text: string, mine: string): Promise<void> {
  const aside = `${mine}.dead`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, "utf8")) !== text) await linked(aside, path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

function hold(path: string): Lock {
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, BEAT_MS);
  beat.unref();
  return {
    async release() {
      clearInterval(beat);
      await rm(path, { force: true });
    },
  };
}
