// The options of a bundle's mounts. `nosuid` is always set, `noexec` and times of access are left as they are: they restrict a container
// only against itself. Pure.

import type { BundleMount } from "./config.ts";

/** What is asked of a mount. */
export interface MountOptions {
  readonly readonly: boolean;
  readonly nodev: boolean;
  readonly propagation: "slave" | "private" | undefined;
  /** Of a tmpfs: bytes, 0 for the kernel's default. */
  readonly size: number;
  readonly mode: number;
}

/** Options that need nothing, or that hold anyway. */
const ACCEPTED = new Set([
  ...[
    "defaults",
    "bind",
    "rbind",
    "rw",
    "suid",
    "nosuid",
    "dev",
    "nodev",
    "exec",
    "noexec",
    "sync",
    "async",
    "dirsync",
  ],
  ...[
    "atime",
    "noatime",
    "diratime",
    "nodiratime",
    "relatime",
    "norelatime",
    "strictatime",
    "nostrictatime",
    "lazytime",
  ],
  ...[
    "nolazytime",
    "ro",
    "rro",
    "rrw",
    "rnosuid",
    "rnodev",
    "rnoexec",
    "rsuid",
    "rdev",
    "rexec",
    "newinstance",
    "silent",
  ],
  ...["private", "rprivate", "slave", "rslave", "unbindable", "runbindable", "iversion", "noiversion", "acl", "noacl"],
]);
const OF_TMPFS = /^(size|mode|nr_inodes|nr_blocks|uid|gid)=/;
const OF_DEVPTS = /^(ptmxmode|mode|gid|max)=/;
const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** True for a mount that shows what is on the host. */
export function binds({ type, options }: BundleMount): boolean {
  return type === "bind" || options.includes("bind") || options.includes("rbind");
}

/** Reads the options. `unfit` makes the error for one that cannot be honoured. */
export function readOptions(mount: BundleMount, unfit: (reason: string) => Error): MountOptions {
  const { options, type } = mount;
  for (const option of options) {
    if (option === "shared" || option === "rshared")
      throw unfit(`the option ${option}: mounts in a container never reach the host`);
    const known =
      ACCEPTED.has(option) ||
      (type === "tmpfs" && OF_TMPFS.test(option)) ||
      (type === "devpts" && OF_DEVPTS.test(option));
    if (!known && type !== "proc") throw unfit(`the option ${option.slice(0, 80)} cannot be honoured`);
  }
  const last = (...names: string[]) => options.findLast((option) => names.includes(option));
  return {
    readonly: ["ro", "rro"].includes(last("ro", "rro", "rw", "rrw") ?? ""),
    nodev: ["nodev", "rnodev"].includes(last("nodev", "rnodev", "dev", "rdev") ?? ""),
    propagation: propagationOf(last("private", "rprivate", "slave", "rslave", "unbindable", "runbindable")),
    size: sizeOf(optionValue(options, "size")),
    mode: /^[0-7]{3,4}$/.test(optionValue(options, "mode")) ? Number.parseInt(optionValue(options, "mode"), 8) : 0o1777,
  };
}

function propagationOf(option: string | undefined): MountOptions["propagation"] {
  if (option === undefined) return undefined;
  return option.endsWith("slave") ? "slave" : "private";
}

function optionValue(options: readonly string[], name: string): string {
  return options.findLast((option) => option.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
}

// Percents of the memory are left to the kernel's default, which is half of it.
function sizeOf(text: string): number {
  const [, digits = "0", unit = ""] = /^(\d{1,12})([kmg]?)$/i.exec(text) ?? [];
  return Number(digits) * (UNITS[unit.toLowerCase()] ?? 1);
}
