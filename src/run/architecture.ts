// Whether this machine can run programs of another architecture (spec/apptainer.md 1.2, "Running foreign arch").

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineErrors } from "../base/errors.ts";

const fail = defineErrors({
  E_ARCHITECTURE: {
    text: "could not open image {path}: the image's architecture ({arch}) could not run on the host's ({host})",
    hint: "pull it with --arch {host}, or ask the administrator to register an emulator: binfmt_misc with the F flag (on Debian: apt install qemu-user-static)",
  },
});

const BINFMT = "/proc/sys/fs/binfmt_misc";
const NAMES: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386", loong64: "loong64" };
// What a processor runs besides its own.
const ALSO: Readonly<Record<string, readonly string[]>> = { amd64: ["386"], arm64: ["arm"] };
// Names that QEMU and the kernel give to what Go and OCI call otherwise.
const EMULATORS: Readonly<Record<string, readonly string[]>> = {
  amd64: ["x86_64"],
  "386": ["i386"],
  arm64: ["aarch64"],
  arm: ["arm"],
  loong64: ["loongarch64"],
  mipsle: ["mipsel"],
  mips64le: ["mips64el"],
};

/** The host's architecture by its OCI name. */
export function hostArchitecture(arch: string = process.arch): string {
  return NAMES[arch] ?? (arch === "ppc64" ? "ppc64le" : arch);
}

/** Refuses an image that cannot run here; an unknown architecture is given the benefit of the doubt. @throws E_ARCHITECTURE */
export function checkArchitecture(path: string, arch: string, registry: string = BINFMT): void {
  const host = hostArchitecture();
  if (arch === "unknown" || arch === host || ALSO[host]?.includes(arch)) return;
  if (!isEmulated(arch, registry)) throw fail("E_ARCHITECTURE", { path, arch, host });
}

/** True when an enabled emulator is registered that works inside containers (its program was opened at registration). */
export function isEmulated(arch: string, registry: string = BINFMT): boolean {
  const wanted = (EMULATORS[arch] ?? [arch]).map((name) => `qemu-${name}`);
  try {
    return readdirSync(registry).some((name) => wanted.includes(name) && worksInside(join(registry, name)));
  } catch {
    return false;
  }
}

function worksInside(path: string): boolean {
  const text = readFileSync(path, "utf8");
  return /^enabled$/m.test(text) && /^flags:.*F/m.test(text);
}
