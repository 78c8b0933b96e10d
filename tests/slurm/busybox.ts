// A layer with the machine's static busybox and links to it: the smallest image in which jobs can do something.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { LayerEntry, TestLayer } from "../support/oci-image.ts";

const APPLETS = [
  "sh",
  "cat",
  "echo",
  "env",
  "id",
  "ls",
  "mount",
  "readlink",
  "sleep",
  "stat",
  "test",
  "touch",
  "true",
  "hostname",
  "pwd",
  "wc",
];

/** The layer. */
export function busyboxLayer(): TestLayer {
  const links = APPLETS.map((name) => ({ path: `bin/${name}`, type: "symlink" as const, target: "busybox" }));
  const dirs = ["bin", "etc", "proc", "sys", "dev", "tmp", "var", "usr"].map((path) => ({ path }));
  return { entries: [...dirs, busyboxEntry("bin/busybox"), ...links] };
}

/** The program under another name. */
export function busyboxEntry(path: string): LayerEntry {
  const program = execFileSync("sh", ["-c", "command -v busybox"], { encoding: "utf8" }).trim();
  return { path, content: readFileSync(program), mode: 0o755 };
}
