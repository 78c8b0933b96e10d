// The images of the batch benchmarks as a gateway leaves them: squashfs files of berth's own converter, `.meta` beside them, all
// root's; and each once more unpacked, for peers and for the comparison with a tree on disk. Made once and kept.

import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, openSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runAs } from "../../tests/support/ordinary-user.ts";
import { freshFolder, must, type Place, removeFolder } from "../place.ts";

/** busybox alone, or Debian with scientific Python: 1.46 GB, 87 entries in /etc. */
export type ImageSize = "small" | "large";

/** An image in both forms. */
export interface BatchImage {
  readonly id: string;
  readonly squashfs: string;
  /** The same files in a folder that belongs to the user; with an empty passwd and group where the image has none. */
  readonly tree: string;
}

export interface BatchImages {
  /** Where nodes find images (`imageDir`). */
  readonly dir: string;
  of(size: ImageSize): BatchImage;
}

const SOURCES = {
  small: { id: "5".repeat(64), tag: "tiny", env: "PATH=/bin" },
  large: {
    id: "1".repeat(64),
    tag: "science",
    env: "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  },
} as const;

/** Makes what is missing when it is asked for. @throws when berth, or unsquashfs, fails */
export function batchImages(place: Place): BatchImages {
  const home = join(place.dir, "batch");
  const dir = join(home, "images");
  const trees = join(home, "trees");
  for (const folder of [home, dir, trees]) {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o755);
  }
  return {
    dir,
    of(size) {
      const { id, env } = SOURCES[size];
      const image = { id, squashfs: join(dir, `${id}.squashfs`), tree: join(trees, size) };
      if (!existsSync(image.squashfs)) convert(place, size, image.squashfs);
      writeFileSync(join(dir, `${id}.meta`), `FORMAT: squashfs\nENV: ${env}\n`);
      if (!existsSync(image.tree)) unpack(place, image);
      return image;
    },
  };
}

function convert(place: Place, size: ImageSize, file: string): void {
  const folder = freshFolder(place, "batch-image");
  const sif = join(folder, "image.sif");
  const layout = size === "small" ? place.tinyLayout : place.layout;
  const env = { BERTH_CACHEDIR: join(folder, "cache") };
  asUserOrThrow(place, [place.berth, "pull", sif, `oci:${layout}:${SOURCES[size].tag}`], env);
  const out = openSync(`${file}.new`, "w", 0o644);
  const dumped = spawnSync(place.berth, ["sif", "dump", "squashfs", sif], { stdio: ["ignore", out, "inherit"] });
  if (dumped.status !== 0) throw new Error(`berth sif dump ended with ${dumped.status}`);
  renameSync(`${file}.new`, file);
  removeFolder(folder);
}

function unpack(place: Place, { squashfs, tree }: BatchImage): void {
  mkdirSync(`${tree}.new`, { recursive: true });
  chownSync(`${tree}.new`, place.user.uid, place.user.gid);
  asUserOrThrow(place, ["unsquashfs", "-quiet", "-no-progress", "-force", "-dest", `${tree}.new`, squashfs]);
  // ch-run lays its own over these two, and makes none.
  for (const name of ["passwd", "group"]) must(["touch", join(`${tree}.new`, "etc", name)]);
  must(["mv", "-T", `${tree}.new`, tree]);
}

function asUserOrThrow(place: Place, argv: readonly string[], env: Readonly<Record<string, string>> = {}): void {
  const { status, stderr, error } = runAs(place.user, argv, { env, cwd: place.scratch });
  if (status !== 0) throw new Error(`${argv[0]}: ${stderr || error?.message}`);
}
