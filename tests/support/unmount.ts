// Shared image mounts outlive the tests that caused them by their idle time; a test's own folder must go before that.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { AS_ROOT } from "./ordinary-user.ts";

/** Detaches every mount below `dir`. */
export function unmountBelow(dir: string): void {
  for (const line of readFileSync("/proc/self/mounts", "utf8").split("\n").toReversed()) {
    const path = (line.split(" ")[1] ?? "").replace(/\\([0-7]{3})/g, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 8)),
    );
    if (!path.startsWith(`${dir}/`)) continue;
    if (AS_ROOT) spawnSync("umount", ["--lazy", path]);
    else spawnSync("fusermount3", ["-u", "-z", path]);
  }
}

/**
 * Detaches every mount below `dir` and waits until no process is left that was started with something of it in its
 * environment: one that a test has killed may leave a child behind that mounts a moment later.
 */
export async function leaveNothingBelow(dir: string): Promise<void> {
  for (;;) {
    unmountBelow(dir);
    if (!readdirSync("/proc").some((pid) => /^\d+$/.test(pid) && pid !== String(process.pid) && knows(pid, dir)))
      return;
    await new Promise((again) => setTimeout(again, 20));
  }
}

/**
 * Detaches every mount below `dir` and removes it. The mounts' servers remove and write files of their own meanwhile, at
 * which `rmSync` fails, or stops without a word.
 */
export function removeAll(dir: string): void {
  for (const end = Date.now() + 30_000; existsSync(dir); ) {
    unmountBelow(dir);
    try {
      rmSync(dir, { recursive: true, force: true });
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

function knows(pid: string, dir: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").includes(dir);
  } catch {
    // It has ended, or is somebody else's.
    return false;
  }
}
