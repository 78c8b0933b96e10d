// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are words of shell code
// The images of these tests: one busybox tree, as a directory, as a bare squashfs file, and as a SIF file as Apptainer
// would have made it (with scripts that people wrote, and with the badly quoted ones that it generates).

import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { prependSif } from "../../src/image/sif/index.ts";

const APPLETS = [
  "sh",
  "cat",
  "echo",
  "env",
  "id",
  "ls",
  "pwd",
  "true",
  "touch",
  "sleep",
  "ps",
  "stat",
  "head",
  "tail",
  "wc",
  "rm",
];

/** Makes a busybox tree at `dir`. */
export function makeTree(dir: string): void {
  for (const name of ["bin", "etc", "tmp", "proc", "sys", "dev", "var/tmp", "root", "home"])
    mkdirSync(join(dir, name), { recursive: true });
  copyFileSync("/usr/bin/busybox", join(dir, "bin/busybox"));
  chmodSync(join(dir, "bin/busybox"), 0o755);
  for (const applet of APPLETS) symlinkSync("busybox", join(dir, "bin", applet));
  writeFileSync(join(dir, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\napp:x:33:33:app:/srv:/bin/sh\n");
  writeFileSync(join(dir, "etc/group"), "root:x:0:\napp:x:33:\n");
}

/** Adds what a definition file of Apptainer leaves in an image. */
export function addScripts(dir: string): void {
  mkdirSync(join(dir, ".singularity.d/env"), { recursive: true });
  const scripts = {
    "env/10-docker2singularity.sh": '#!/bin/sh\nexport PATH="/opt/bin:/bin"\nexport QUOTED="${QUOTED:-"a \\"b\\""}"\n',
    "env/90-environment.sh": '#!/bin/sh\nexport FROM_SCRIPT="set by a script"\nexport SEEN="${HOSTVAR:-hidden}"\n',
    runscript: '#!/bin/sh\necho "runscript: $*"\n',
    test: '#!/bin/sh\necho tested "$@"\nexit 3\n',
  };
  for (const [name, text] of Object.entries(scripts))
    writeFileSync(join(dir, ".singularity.d", name), text, { mode: 0o755 });
}

/** Packs a tree into a bare squashfs file. */
export function packSquashfs(tree: string, file: string): void {
  execFileSync("mksquashfs", [tree, file, "-noappend", "-all-root", "-quiet", "-no-progress"], { stdio: "ignore" });
}

/** Packs a tree into a SIF file as Apptainer lays it out; `config` is its `oci-config.json`. */
export async function packSif(tree: string, file: string, config?: object, arch?: string): Promise<void> {
  packSquashfs(tree, file);
  const host = { x64: "amd64", arm64: "arm64" }[process.arch as "x64" | "arm64"] ?? "unknown";
  const content = Buffer.from(JSON.stringify(config ?? {}));
  await prependSif(file, {
    uuid: Buffer.alloc(16),
    time: 0,
    objects: config ? [{ type: "json", name: "oci-config.json", content }] : [],
    partition: { name: "squashfs", fs: "squashfs", kind: "primary", arch: arch ?? host },
  });
}
