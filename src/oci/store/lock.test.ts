import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { acquireLock, tryLock } from "./lock.ts";
import { parseIdentity, selfIdentity, startTime } from "./process-identity.ts";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-lock-"));
});
afterAll(() => rm(dir, { recursive: true }));

test("a held lock is not given again, a released one is", async () => {
  const path = join(dir, "once");
  const first = await tryLock(path);
  expect(first.lock).toBeDefined();
  expect(await tryLock(path)).toEqual({ owner: expect.stringContaining(`process ${process.pid} `) });
  await first.lock?.release();
  const second = await tryLock(path);
  expect(second.lock).toBeDefined();
  await second.lock?.release();
  expect(await readdir(dir)).toEqual([]);
});

test("the lock of a process that is gone is taken over at once", async () => {
  const path = join(dir, "dead");
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  await writeFile(path, JSON.stringify({ ...(await selfIdentity()), pid: child.pid }));
  const { lock } = await tryLock(path);
  expect(lock).toBeDefined();
  await lock?.release();
});

test("a process number that was given to a later process does not keep a lock alive", async () => {
  const path = join(dir, "reused");
  await writeFile(path, JSON.stringify({ ...(await selfIdentity()), start: "1" }));
  const { lock } = await tryLock(path);
  expect(lock).toBeDefined();
  await lock?.release();
});

test("another machine's lock stands while it is touched and falls when it no longer is", async () => {
  const path = join(dir, "foreign");
  await writeFile(path, JSON.stringify({ ...(await selfIdentity()), domain: "elsewhere", host: "node7" }));
  expect((await tryLock(path)).owner).toContain("on node7");
  const old = new Date(Date.now() - 120_000);
  await utimes(path, old, old);
  const { lock } = await tryLock(path);
  expect(lock).toBeDefined();
  await lock?.release();
});

test("many waiters get the lock one after the other", async () => {
  const path = join(dir, "many");
  let inside = 0;
  let most = 0;
  const work = async () => {
    const lock = await acquireLock(path);
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
    await lock?.release();
  };
  await Promise.all(Array.from({ length: 12 }, work));
  expect(most).toBe(1);
});

test("waiting ends when the lock is no longer needed or the wait is cancelled", async () => {
  const path = join(dir, "wait");
  const { lock } = await tryLock(path);
  let asked = 0;
  const said: string[] = [];
  const unless = async () => ++asked > 2;
  expect(await acquireLock(path, { unless, onWait: (owner) => said.push(owner) })).toBeUndefined();
  expect(said).toHaveLength(1);
  const stop = new AbortController();
  const waiting = acquireLock(path, { signal: stop.signal });
  stop.abort();
  await expect(waiting).rejects.toThrow();
  await lock?.release();
});

test("identities survive their written form, and damaged ones are refused", async () => {
  const self = await selfIdentity();
  expect(parseIdentity(JSON.stringify(self))).toEqual(self);
  expect(self.start).toBe(await startTime(process.pid));
  for (const text of ["", "null", "{}", '{"domain":1}', "[]"]) expect(parseIdentity(text)).toBeUndefined();
});
