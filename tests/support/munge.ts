// Starts a real munged for a test: own key, own socket, own folder, as an ordinary user. Stop it when done.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { chmod, chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AS_ROOT, asUser, ordinaryUser } from "./ordinary-user.ts";

const PROGRAM = "/usr/sbin/munged";

/** False where munge is not installed; tests that need it are skipped then. */
export const hasMunge = existsSync(PROGRAM) && existsSync("/usr/bin/munge");

export interface MungeSetup {
  /** The key that machines share; undefined: a new one. */
  readonly key?: Uint8Array;
  readonly threads?: number;
}

/** A running munged. */
export interface TestMunge {
  readonly socket: string;
  readonly key: Uint8Array;
  /** A credential made by the program `munge`, called with these arguments. */
  munge(...args: string[]): string;
  /** Ends munged; its socket stays away until `start`. */
  halt(): Promise<void>;
  /** Starts it again, with an empty memory of used credentials. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export async function startMunge({ key = randomBytes(64), threads = 2 }: MungeSetup = {}): Promise<TestMunge> {
  const dir = await mkdtemp(join(tmpdir(), "berth-munge-"));
  const socket = join(dir, "socket");
  await layOut(dir, key);
  let child: ChildProcess | undefined;
  const start = async () => {
    child = await running(dir, threads);
  };
  const halt = async () => {
    if (child) await ended(child);
    child = undefined;
  };
  await start();
  return {
    socket,
    key,
    munge: (...args) => execFileSync("munge", ["-S", socket, "-n", ...args], { encoding: "utf8" }).trim(),
    halt,
    start,
    async stop() {
      await halt();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function layOut(dir: string, key: Uint8Array): Promise<void> {
  const keyFile = join(dir, "key");
  await writeFile(keyFile, key, { mode: 0o600 });
  // munged insists that everybody can reach its socket, and that nobody but its own user writes beside it.
  await chmod(dir, 0o711);
  if (!AS_ROOT) return;
  const { uid, gid } = ordinaryUser();
  for (const path of [dir, keyFile]) await chown(path, uid, gid);
}

async function running(dir: string, threads: number): Promise<ChildProcess> {
  const files = ["key", "socket", "pid", "log", "seed"] as const;
  const names = { key: "key-file", socket: "socket", pid: "pid-file", log: "log-file", seed: "seed-file" };
  const flags = files.map((file) => `--${names[file]}=${join(dir, file)}`);
  const [program = "", ...args] = asUser(ordinaryUser(), [
    PROGRAM,
    "--foreground",
    "--force",
    `--num-threads=${threads}`,
    ...flags,
  ]);
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  let words = "";
  child.stderr?.on("data", (chunk) => {
    words += chunk;
  });
  const until = Date.now() + 30_000;
  while (!(await answers(join(dir, "socket")))) {
    if (child.exitCode !== null || Date.now() > until) {
      const log = existsSync(join(dir, "log")) ? readFileSync(join(dir, "log"), "utf8") : "";
      await ended(child);
      throw new Error(`munged did not start: ${words}${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return child;
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once("connect", () => {
      connection.destroy();
      resolve(true);
    });
    connection.once("error", () => resolve(false));
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  await exit;
}
