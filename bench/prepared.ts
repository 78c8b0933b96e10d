// What the launch measures start from: the image `science` as each peer wants it (unpacked folder with a runtime bundle,
// squashfs file, Podman's storage, berth's SIF). Made once and kept; nothing of this is measured.

import { spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { runAs } from "../tests/support/ordinary-user.ts";
import { type Command, unified } from "./contestant.ts";
import { freshFolder, type Place } from "./place.ts";
import type { BenchRegistry } from "./registry.ts";

/** The forms of one image. */
export interface Prepared {
  /** OCI runtime bundle, `config.json` set to run `true` (crun's form). */
  readonly bundle: string;
  /** The root folder of the bundle. */
  readonly root: string;
  readonly squashfs: string;
  readonly podman: { readonly flags: readonly string[]; readonly image: string; readonly env: Command["env"] };
  /** berth's own file; missing when berth is. */
  readonly sif: string;
  readonly berthEnv: Readonly<Record<string, string>>;
}

/** `podman run` of the image, with as little around it as it allows. */
export function podmanRun({ flags, image, env }: Prepared["podman"], payload: readonly string[]): Command {
  const run = ["run", "--rm", "--cgroups", "disabled", "--network", "host"];
  return { argv: ["podman", ...flags, ...run, image, ...payload], ...(env && { env }) };
}

/** Makes the forms that are missing; a peer that fails here is reported absent or failed by its measure. */
export function prepare(place: Place, registry: BenchRegistry): Prepared {
  const home = join(place.dir, "prepared");
  mkdirSync(home, { recursive: true });
  chownSync(home, place.user.uid, place.user.gid);
  const bundle = join(home, "bundle");
  const squashfs = join(home, "science.sqfs");
  const user = (argv: readonly string[], env = {}) => {
    const { status, stderr, error } = runAs(place.user, argv, { env, cwd: home });
    if (status !== 0) process.stderr.write(`  ${argv[0]}: ${stderr || error?.message}\n`);
  };
  if (!existsSync(bundle)) {
    // umoci writes lock files into a layout: the user's own copy.
    user(["skopeo", "copy", "-q", `oci:${place.layout}:science`, "oci:layout:science"]);
    user(["umoci", "unpack", "--rootless", "--image", "layout:science", bundle]);
    if (existsSync(bundle)) writeBundle(bundle);
  }
  if (!existsSync(squashfs))
    user([
      "mksquashfs",
      join(bundle, "rootfs"),
      squashfs,
      "-quiet",
      "-no-progress",
      "-comp",
      "zstd",
      "-Xcompression-level",
      "3",
      "-all-root",
    ]);
  const image = `${registry.host}/science:latest`;
  const podman = preparePodman(place, home, image);
  const berthEnv = { BERTH_CACHEDIR: join(home, "cache"), BERTH_RUNTIMEDIR: join(place.scratch, "run") };
  const sif = join(place.scratch, "science.sif");
  user([place.berth, "pull", "--force", sif, `docker://${image}`], berthEnv);
  return { bundle, root: join(bundle, "rootfs"), squashfs, podman, sif, berthEnv };
}

function preparePodman(place: Place, home: string, image: string): Prepared["podman"] {
  const runroot = freshFolder(place, "podman");
  const env = { HOME: place.user.home, XDG_RUNTIME_DIR: runroot };
  const flags = [
    ...["--root", join(home, "podman"), "--runroot", runroot, "--tmpdir", join(runroot, "tmp")],
    ...["--storage-driver", "overlay", "--cgroup-manager", "cgroupfs"],
  ];
  const [command = "false", ...args] = unified(place, ["podman", ...flags, "pull", "-q", "--tls-verify=false", image]);
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8", cwd: home, env: { ...process.env, ...env } });
  if (status !== 0) process.stderr.write(`  podman: ${stderr}\n`);
  return { flags, image, env };
}

function writeBundle(bundle: string): void {
  const path = join(bundle, "config.json");
  const config = JSON.parse(readFileSync(path, "utf8")) as { process: object };
  config.process = { ...config.process, terminal: false, args: ["true"] };
  writeFileSync(path, JSON.stringify(config));
}

/** Where bind mounts of the launch measures go: folders that the image has, since not every peer makes new ones. */
export const BIND_TARGETS = [
  ...["/boot", "/media", "/mnt", "/opt", "/srv", "/usr/games", "/usr/local/etc", "/usr/local/games"],
  ...["/usr/local/src", "/usr/src", "/var/local", "/var/opt"],
] as const;

/** The folder of the checkout that is bound everywhere: any folder that the user can read. */
export const BIND_SOURCE = dirname(import.meta.dirname);
