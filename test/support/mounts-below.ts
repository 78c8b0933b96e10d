// Image mounts outlive the program that made them by their idle time-out; a folder that is to be removed must be rid of
// them first, since not even root may enter another user's FUSE mount.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Detaches everything that is mounted below the folder. */
export function unmountBelow(folder: string): void {
  const targets = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) =>
      (line.split(" ")[1] ?? "").replace(/\\([0-7]{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8))),
    )
    .filter((target) => target.startsWith(`${folder}/`));
  for (const target of targets.toReversed())
    if (spawnSync("umount", ["--lazy", target]).status !== 0) spawnSync("fusermount3", ["-u", "-z", target]);
}
