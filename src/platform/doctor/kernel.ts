// What the running kernel says about itself: its configuration, file systems, modules, and control groups.

import { accessSync, constants, readFileSync } from "node:fs";
import { machine, release } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { unifiedMount } from "../cgroup-mount.ts";
import type { CgroupFacts, KernelFacts } from "./facts.ts";
import { readText } from "./read.ts";

/** A kernel's whole configuration is some 300 KiB of text. */
const LARGEST_CONFIG = 8 * 1024 * 1024;
const INTERESTING = /^CONFIG_((?:SQUASHFS|USER_NS|OVERLAY_FS|FUSE_FS|BLK_DEV_LOOP)\w*)=(.*)$/gm;

export function kernelFacts(): KernelFacts {
  const config = readConfig(release());
  return {
    release: release(),
    machine: machine(),
    filesystems: (readText("/proc/filesystems") ?? "").split("\n").map((line) => line.split("\t").at(-1) ?? ""),
    modules: moduleNames(release()),
    ...(config !== undefined && { config: parseConfig(config) }),
  };
}

/** The options that the checks ask for. */
export function parseConfig(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...text.matchAll(INTERESTING)].map(([, name, value]) => [name, value]));
}

function readConfig(version: string): string | undefined {
  try {
    return gunzipSync(readFileSync("/proc/config.gz"), { maxOutputLength: LARGEST_CONFIG }).toString("latin1");
  } catch {
    return readText(`/boot/config-${version}`) ?? readText(`/lib/modules/${version}/config`);
  }
}

function moduleNames(version: string): readonly string[] {
  const lists = ["modules.builtin", "modules.dep"].map((name) => readText(join("/lib/modules", version, name)) ?? "");
  return [...lists.join("\n").matchAll(/^[^:\n]*?\/([^/:\n]+)\.ko/gm)].map(([, name]) => name ?? "");
}

/** Version and delegation of control groups, from this process's mounts and membership; `manager` is known already. */
export function cgroupFacts(manager: boolean): CgroupFacts {
  const mounts = readText("/proc/self/mountinfo") ?? "";
  const unified = unifiedMount(mounts);
  const legacy = / - cgroup (?!.*name=)/m.test(mounts);
  const version = unified ? (legacy ? "hybrid" : "v2") : legacy ? "v1" : "none";
  if (!unified || version === "hybrid") return { version, controllers: [], delegated: false, manager };
  const own = /^0::(.*)$/m.exec(readText("/proc/self/cgroup") ?? "")?.[1] ?? "/";
  const group = join(unified, own);
  const controllers = (readText(join(group, "cgroup.controllers")) ?? "").trim().split(" ").filter(Boolean);
  return { version, controllers, delegated: writable(group) && writable(join(group, "cgroup.procs")), manager };
}

function writable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
