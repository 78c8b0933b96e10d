// Bundles of the OCI runtime specification, as umoci makes them for ordinary users: one small tree, and configurations that a test changes.

import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeTree } from "../run/images.ts";
import { AS_ROOT, type OrdinaryUser, runAs } from "../support/ordinary-user.ts";

/** What a test may change of a configuration. */
export interface Changes {
  readonly args?: readonly string[];
  readonly process?: object;
  readonly linux?: object;
  readonly root?: object;
  readonly mounts?: readonly object[];
  readonly more?: object;
}

/** Has umoci unpack an image of one small tree into `dir/bundle`, for the user. */
export function makeBundle(dir: string, user: OrdinaryUser): void {
  for (const words of [
    ["init", "--layout", "image"],
    ["new", "--image", "image:latest"],
  ])
    execFileSync("umoci", words, { cwd: dir, stdio: "ignore" });
  const own = (path: string) => AS_ROOT && execFileSync("chown", ["-R", `${user.uid}:${user.gid}`, path]);
  own(dir);
  const made = runAs(user, ["umoci", "unpack", "--rootless", "--image", "image:latest", "bundle"], { cwd: dir });
  if (made.status !== 0) throw new Error(`umoci made no bundle: ${made.stderr}`);
  makeTree(join(dir, "bundle/rootfs"));
  writeFileSync(join(dir, "bundle/rootfs/etc/os-release"), "NAME=bundled\n");
  own(join(dir, "bundle/rootfs"));
}

/** A second bundle with the files and the configuration of the first, but for the changes; answers its path. */
export function changedBundle(dir: string, name: string, changes: Changes, user: OrdinaryUser): string {
  const bundle = join(dir, name);
  rmSync(bundle, { recursive: true, force: true });
  mkdirSync(bundle);
  cpSync(join(dir, "bundle/rootfs"), join(bundle, "rootfs"), { recursive: true, verbatimSymlinks: true });
  const config = JSON.parse(readFileSync(join(dir, "bundle/config.json"), "utf8"));
  config.process = {
    ...config.process,
    terminal: false,
    ...(changes.args ? { args: changes.args } : {}),
    ...changes.process,
  };
  config.linux = { ...config.linux, ...changes.linux };
  config.root = { ...config.root, ...changes.root };
  config.mounts = [...config.mounts, ...(changes.mounts ?? [])];
  writeFileSync(join(bundle, "config.json"), JSON.stringify({ ...config, ...changes.more }));
  if (AS_ROOT) execFileSync("chown", ["-R", `${user.uid}:${user.gid}`, bundle]);
  return bundle;
}

/** Makes a folder the user's own. */
export function ownFolder(path: string, user: OrdinaryUser): string {
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o700);
  if (AS_ROOT) chownSync(path, user.uid, user.gid);
  return path;
}
