// Programs of the system that the engine starts and waits for: mount, umount, squashfuse_ll. Never by a shell.

import { spawn } from "node:child_process";
import type { Environment } from "../../platform/user.ts";
import { systemProgram } from "../../run/programs.ts";
import { fail } from "./errors.ts";

/** Which package brings a program, for the error that it is missing. */
const PACKAGES: Readonly<Record<string, string>> = {
  mount: "mount",
  umount: "mount",
  unsquashfs: "squashfs-tools",
  mkfifo: "coreutils",
  cat: "coreutils",
};

const MAX_SAID = 2000;

/** How a program ended. */
export interface Ended {
  readonly ok: boolean;
  /** The last it said on standard error, or how it ended. */
  readonly said: string;
}

/** The path of a program. @throws E_BUILD_PROGRAM */
export function needProgram(name: string, env: Environment): string {
  const path = systemProgram(name, env);
  if (path === undefined) throw fail("E_BUILD_PROGRAM", { name, package: PACKAGES[name] ?? name });
  return path;
}

/** Runs a program and waits until it has ended; what it left running in the background does not count. */
export function runProgram(path: string, args: readonly string[], cwd: string): Promise<Ended> {
  return new Promise((resolve) => {
    // libmount's new way of mounting takes options of 256 bytes at most.
    const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LIBMOUNT_FORCE_MOUNT2: "always" };
    const child = spawn(path, args, { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-MAX_SAID);
    });
    child.once("error", (error) => resolve({ ok: false, said: error.message }));
    child.once("exit", (code, signal) => {
      if (code === 0) return resolve({ ok: true, said });
      // What it has said may still be on its way.
      setImmediate(() => resolve({ ok: false, said: said.trim() || `it ended with ${signal ?? `status ${code}`}` }));
    });
  });
}
