// Makes an ext3 file system with the folders of an overlay in a new file. ext3, because the SIF format names it and
// Apptainer mounts it; whoever starts a container must be able to write to `upper` and `work`, so they get an owner.

import { chmod, mkdir, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reasonOf } from "../../base/errors.ts";
import { fail } from "./errors.ts";
import { findTool, runTool } from "./tools.ts";

/** What an overlay image is to be. */
export interface ExtSpec {
  /** Bytes. */
  readonly size: number;
  /** Disk space is taken as it is needed, not beforehand. */
  readonly sparse: boolean;
  /** Absolute paths of directories that are to exist in the overlay. */
  readonly dirs: readonly string[];
  /** Files belong to root of the container, for use with --fakeroot. */
  readonly fakeroot: boolean;
}

/** Least size in MiB, as Apptainer has it. */
export const LEAST_MIB = 64;
export const MIB = 1024 * 1024;

/** Makes the file system at `path`, which must not exist. @throws E_OVERLAY_SIZE, E_OVERLAY_DIR_FORM, E_OVERLAY_TOOL, … */
export async function makeExt(path: string, spec: ExtSpec, signal?: AbortSignal): Promise<void> {
  checkSpec(spec);
  findTool("mke2fs");
  const tree = await mkdtemp(join(tmpdir(), "berth-overlay-"));
  try {
    for (const dir of ["/upper", "/work", ...spec.dirs.flatMap((dir) => parents(`/upper${dir}`))]) {
      await mkdir(join(tree, dir), { recursive: true });
      // Not as the caller's umask has it: the mode of `upper` becomes that of the container's root.
      await chmod(join(tree, dir), 0o755);
    }
    await makeFile(path, spec, signal);
    const owner = `root_owner=${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
    const options = `${owner},nodiscard,lazy_itable_init=1`;
    await runTool("mke2fs", ["-q", "-F", "-t", "ext3", "-E", options, "-d", tree, path], path, { signal });
    if (spec.fakeroot) await giveToRoot(path, tree, spec.dirs, signal);
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

function checkSpec({ size, dirs }: ExtSpec): void {
  if (size < LEAST_MIB * MIB) throw fail("E_OVERLAY_SIZE", { size: Math.floor(size / MIB) });
  for (const dir of dirs) {
    const sane = /^\/[^\x00-\x1f"\\]*$/.test(dir) && !dir.split("/").includes("..");
    if (!sane) throw fail("E_OVERLAY_DIR_FORM", { dir });
  }
}

async function makeFile(path: string, { size, sparse }: ExtSpec, signal: AbortSignal | undefined): Promise<void> {
  try {
    const file = await open(path, "wx", 0o644);
    await file.truncate(size).finally(() => file.close());
  } catch (cause) {
    throw fail("E_OVERLAY_IO", { path, reason: reasonOf(cause) }, { cause });
  }
  if (!sparse) await runTool("fallocate", ["-l", String(size), path], path, { signal });
}

// mke2fs takes the owners of the tree it copies, and an ordinary user cannot give files away: done in the file system.
async function giveToRoot(path: string, tree: string, dirs: readonly string[], signal?: AbortSignal): Promise<void> {
  const made = dirs.flatMap((dir) => parents(`/upper${dir}`));
  const script = join(tree, "commands");
  const lines = ["/", "/upper", "/work", ...made].flatMap((dir) =>
    ["uid", "gid"].map((id) => `sif "${dir}" ${id} 0\n`),
  );
  const file = await open(script, "wx", 0o600);
  await file.writeFile(lines.join("")).finally(() => file.close());
  await runTool("debugfs", ["-w", "-f", script, path], path, { signal });
}

function parents(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return parts.map((_, at) => `/${parts.slice(0, at + 1).join("/")}`);
}
