// `berth overlay create|resize|info`: files that keep what a container changes.

import { resolve } from "node:path";
import { Command } from "commander";
import { defineErrors } from "../base/errors.ts";
import { formatSize, parseSize } from "../base/size.ts";
import type { OverlayInfo } from "../image/overlay/index.ts";
import type { Context } from "./context.ts";
import { print } from "./output.ts";

const fail = defineErrors({
  E_OVERLAY_SIZE_MISSING: { text: "the new size is missing", hint: "say --size MiB", exit: 1 },
});

interface CreateFlags {
  readonly size: string;
  readonly sparse?: boolean;
  readonly createDir: readonly string[];
  readonly fakeroot?: boolean;
}

/** The command with its subcommands. */
export function overlayCommand(context: Context): Command {
  const command = new Command("overlay").description("Make, resize and show files that keep a container's changes.");
  command
    .command("create")
    .description("make an overlay file, or add an overlay to an unsigned SIF file")
    .argument("<file>", "a new file, or a SIF file")
    .option("-s, --size <MiB>", "size in MiB, at least 64; or with a unit, such as 2G", "64")
    .option("-S, --sparse", "take disk space as it is needed")
    .option("--create-dir <dir>", "make this directory in the overlay", collect, [])
    .option("-f, --fakeroot", "for use with --fakeroot: files belong to root")
    .action((file: string, flags: CreateFlags) => create(file, flags, context));
  command
    .command("resize")
    .description("give an overlay another size; it must not be in use")
    .argument("<file>", "an overlay file, or a SIF file with an overlay")
    .option("-s, --size <MiB>", "the new size in MiB, or with a unit")
    .action((file: string, flags: { size?: string }) => resize(file, flags, context));
  command
    .command("info")
    .description("show what an overlay is, how full, and whether it is in use")
    .argument("<path>", "an overlay file, a directory, or a SIF file with an overlay")
    .option("--json", "as JSON")
    .action(info);
  return command;
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

async function create(file: string, flags: CreateFlags, { log, signal }: Context): Promise<void> {
  const { createOverlay } = await import("../image/overlay/index.ts");
  const path = resolve(file);
  const { sparse = false, fakeroot = false } = flags;
  const spec = { size: mebibytes(flags.size), sparse, fakeroot, dirs: flags.createDir };
  const made = await createOverlay(path, spec, signal);
  const use = made === "file" ? `berth exec --overlay ${file} IMAGE …` : `berth exec --writable ${file} …`;
  log.info(`Made an overlay; use it with: ${use}`);
}

async function resize(file: string, flags: { size?: string }, { signal }: Context): Promise<void> {
  if (flags.size === undefined) throw fail("E_OVERLAY_SIZE_MISSING");
  const { resizeOverlay } = await import("../image/overlay/index.ts");
  await resizeOverlay(resolve(file), mebibytes(flags.size), signal);
}

async function info(path: string, flags: { json?: boolean }): Promise<void> {
  const { describeOverlay } = await import("../image/overlay/index.ts");
  const overlays = await describeOverlay(resolve(path));
  print(flags.json ? `${JSON.stringify(overlays, null, 2)}\n` : overlays.map(describe).join("\n"));
}

// A plain number is MiB, as Apptainer has it.
function mebibytes(text: string): number {
  return parseSize(/^\d+$/.test(text) ? `${text}M` : text);
}

function describe(overlay: OverlayInfo): string {
  return rows(overlay)
    .map(([name, value]) => `${`${name}:`.padEnd(10)}${value}\n`)
    .join("");
}

function rows(overlay: OverlayInfo): readonly (readonly [string, string])[] {
  const { path } = overlay;
  if (overlay.kind === "directory") {
    return [
      ["Path", path],
      ["Kind", overlay.used ? "directory" : "directory, without changes yet"],
    ];
  }
  const where = overlay.offset === 0 ? [] : [["Offset", String(overlay.offset)] as const];
  if (overlay.kind === "squashfs") {
    return [["Path", path], ["Kind", "squashfs (read-only)"], ...where, ["Size", formatSize(overlay.size)]];
  }
  return [
    ["Path", path],
    ["Kind", overlay.type + (overlay.offset === 0 ? "" : " partition of a SIF file")],
    ...where,
    ["Size", formatSize(overlay.size)],
    ["Free", `${formatSize(overlay.free)} and ${overlay.freeInodes} files`],
    ["State", overlay.inUse ? "in use" : overlay.clean ? "clean" : "not closed properly; mended at the next use"],
  ];
}
