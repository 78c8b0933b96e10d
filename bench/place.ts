// Where the benchmarks happen: a folder that is kept between runs (images are made once), the user they run as, the
// programs they measure. It knows no measure.

import { spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type OrdinaryUser, ordinaryUser } from "../tests/support/ordinary-user.ts";
import { unmountBelow } from "../tests/support/unmount.ts";

/** The surroundings of every measure. */
export interface Place {
  /** Kept between runs. */
  readonly dir: string;
  /** Emptied at the start, written by the user. */
  readonly scratch: string;
  /** OCI layout with the tags `science` and `science-next`; beside it `…-zstd` with the tag `science-zstd`. */
  readonly layout: string;
  /** OCI layout with the tag `tiny`: busybox alone. */
  readonly tinyLayout: string;
  /** Size of the files of `science`, in bytes. */
  readonly unpackedBytes: number;
  readonly user: OrdinaryUser;
  /** The compiled `measure.c`. */
  readonly measure: string;
  readonly berth: string;
  readonly launcher: string;
  /** Enters the root tree with the real Apptainer, when there is one. */
  readonly tree: string | undefined;
  /** Names of contestants that are left out. */
  readonly without: RegExp | undefined;
}

/** The checkout that this file belongs to. */
export const CHECKOUT = dirname(import.meta.dirname);

/** Prepares the folder, the measuring program and the images. */
export function preparePlace(without?: string): Place {
  const dir = resolve(process.env["BERTH_BENCH_DIR"] ?? "/var/tmp/berth-bench");
  const user = ordinaryUser();
  const scratch = join(dir, "scratch");
  removeFolder(scratch);
  mkdirSync(scratch, { recursive: true });
  chownSync(scratch, user.uid, user.gid);
  const measure = join(dir, "measure");
  must(["cc", "-O2", "-o", measure, join(import.meta.dirname, "measure.c")]);
  const images = join(dir, "images");
  must([join(import.meta.dirname, "make-images.sh"), images]);
  const tinyLayout = join(images, "layout-tiny");
  must([join(import.meta.dirname, "make-tiny.sh"), tinyLayout]);
  const tree = process.env["BERTH_APPTAINER_TREE"] ?? "/var/tmp/berth-apptainer-tree";
  const entered = process.getuid?.() === 0 && existsSync(join(tree, ".complete"));
  return {
    dir,
    scratch,
    layout: join(images, "layout"),
    tinyLayout,
    unpackedBytes: Number(readFileSync(join(images, "unpacked-bytes"), "utf8")),
    user,
    measure,
    berth: resolve(process.env["BERTH_BINARY"] ?? join(CHECKOUT, "build", "berth")),
    launcher: resolve(process.env["BERTH_LAUNCHER"] ?? join(CHECKOUT, "build", "berth-launch")),
    tree: entered ? tree : undefined,
    without: without === undefined ? undefined : new RegExp(without),
  };
}

/** An empty folder of this name that belongs to the user. */
export function freshFolder(place: Place, name: string): string {
  const folder = join(place.scratch, name);
  removeFolder(folder);
  mkdirSync(folder, { recursive: true });
  chownSync(folder, place.user.uid, place.user.gid);
  return folder;
}

/** Removes what a peer left, folders without write permission and files of subordinate ids included. */
export function removeFolder(folder: string): void {
  if (!existsSync(folder)) return;
  unmountBelow(folder);
  spawnSync("chmod", ["-R", "u+rwX", folder]);
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Runs a preparation step. @throws when it fails */
export function must([command = "false", ...args]: readonly string[], input?: string): string {
  const result = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28, ...(input ? { input } : {}) });
  if (result.status !== 0) throw new Error(`${command} ${args.join(" ")}: ${result.stderr || result.error?.message}`);
  return result.stdout;
}
