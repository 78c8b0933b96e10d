// Shared image mounts outlive the tests that caused them by their idle time; a test's own folder must go before that.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
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
