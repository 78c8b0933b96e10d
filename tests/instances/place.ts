// A place for instances of the tests: a user with folders of its own, the packed binary, and an end that leaves nothing running.

import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { expect, vi } from "vitest";
import { AS_ROOT, asUser, installed, type OrdinaryUser, ordinaryUser, runAs } from "../support/ordinary-user.ts";
import { removeAll } from "../support/unmount.ts";

const BINARY = resolve(process.env["BERTH_BINARY"] ?? join(dirname(dirname(import.meta.dirname)), "build", "berth"));

/** Why these tests cannot run here, if they cannot. */
export function obstacle(): string | undefined {
  if (!existsSync(BINARY)) return `${BINARY} is not built`;
  const program = ["busybox", "mksquashfs", "squashfuse_ll", "pgrep"].find((name) => !installed(name));
  return program && `${program} is not installed`;
}

/** Who the tests are played by: the ordinary user, and root where root runs them. */
export const PLAYERS: readonly ("an ordinary user" | "root")[] = AS_ROOT
  ? ["an ordinary user", "root"]
  : ["an ordinary user"];

export interface Answer {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Place {
  readonly user: OrdinaryUser;
  readonly dir: string;
  /** Variables of every call. */
  readonly env: Readonly<Record<string, string>>;
  /** An argument vector that calls berth as the user. */
  argv(...words: string[]): readonly string[];
  berth(...words: string[]): Answer;
  /** The log of an instance. */
  log(name: string, kind: "out" | "err"): string;
  /** Numbers of the user's processes whose command line holds a text. */
  processes(text: string): number[];
  close(): Promise<void>;
}

/** Makes a place. */
export function makePlace(player: (typeof PLAYERS)[number]): Place {
  const user = player === "root" ? { name: "root", uid: 0, gid: 0, home: "/root" } : ordinaryUser();
  const dir = mkdtempSync(join(tmpdir(), "berth-instances-"));
  chmodSync(dir, 0o755);
  for (const name of ["bin", "state", "work"]) mkdirSync(join(dir, name));
  symlinkSync(BINARY, join(dir, "bin/berth"));
  for (const name of ["", "state", "work"]) if (AS_ROOT) chownSync(join(dir, name), user.uid, user.gid);
  const env = {
    PATH: `${join(dir, "bin")}:/usr/local/bin:/usr/bin:/bin`,
    BERTH_CACHEDIR: join(dir, "cache"),
    BERTH_RUNTIMEDIR: join(dir, "run"),
    BERTH_STATEDIR: join(dir, "state"),
  };
  const berth = (...words: string[]): Answer => {
    const done = runAs(user, ["berth", ...words], { env, cwd: join(dir, "work"), input: "" });
    return { status: done.status, out: done.stdout.replace(/\n$/, ""), err: done.stderr };
  };
  const processes = (text: string): number[] =>
    runAs(user, ["pgrep", "-u", String(user.uid), "-f", text])
      .stdout.split("\n")
      .filter(Boolean)
      .map(Number);
  return {
    ...{ user, dir, env, berth },
    argv: (...words) => asUser(user, ["berth", ...words]),
    log: (name, kind) => {
      const [host = ""] = readdirSync(join(dir, "state/instances"));
      return readFileSync(join(dir, "state/instances", host, `${name}.${kind}`), "utf8");
    },
    processes,
    close: async () => {
      berth("instance", "stop", "--all", "--force");
      // Those who keep the image mounted would go on writing into the folder.
      const keepers = processes(`berth-mount .*${dir}/`);
      for (const pid of keepers) process.kill(pid, "SIGKILL");
      await vi.waitFor(() => expect(keepers.filter(isAlive)).toEqual([]), { timeout: 10_000, interval: 10 });
      removeAll(dir);
    },
  };
}

/** True for a process that has not ended, whether or not it has been waited for. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
