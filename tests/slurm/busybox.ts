// A layer with the machine's static busybox and links to it: the smallest image in which jobs can do something.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { TestLayer } from "../support/oci-image.ts";

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
  const path = execFileSync("sh", ["-c", "command -v busybox"], { encoding: "utf8" }).trim();
  return {
    entries: [
      ...["bin", "etc", "proc", "sys", "dev", "tmp", "var", "usr"].map((name) => ({ path: name })),
      { path: "bin/busybox", content: readFileSync(path), mode: 0o755 },
      ...APPLETS.map((name) => ({ path: `bin/${name}`, type: "symlink" as const, target: "busybox" })),
    ],
  };
}
