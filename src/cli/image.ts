// `berth image ls|tree|cat|cp`: the files of an image, without mounting or running it.

import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { Command } from "commander";
import type { ImageTree, TreeStat, WalkEntry } from "../image/squashfs-reader/index.ts";
import type { Context } from "./context.ts";
import { jsonRow, type ListedEntry, listing, shownName } from "./image-listing.ts";
import { printAll, print as printOut } from "./output.ts";

/** The command with its four subcommands. */
export function imageCommand(context: Context): Command {
  const command = new Command("image").description("List and copy files of an image without mounting or running it.");
  command
    .command("ls")
    .description("list a directory, or one file")
    .argument("<image>", "path of the image")
    .argument("[path...]", "paths in the image (default: /)")
    .option("--json", "as JSON")
    .action((image: string, paths: string[], flags: { json?: boolean }) => list(image, paths, flags.json === true));
  command
    .command("tree")
    .description("draw the files below a directory")
    .argument("<image>", "path of the image")
    .argument("[path]", "directory in the image", "/")
    .option("--depth <n>", "how many levels", depth)
    .option("--json", "as JSON, one object a line")
    .action((image: string, path: string, flags: { depth?: number; json?: boolean }) => tree(image, path, flags));
  command
    .command("cat")
    .description("write files of the image to standard output")
    .argument("<image>", "path of the image")
    .argument("<path...>", "files in the image")
    .action(cat);
  command
    .command("cp")
    .description("copy files and directories of the image to the host; what exists is never replaced")
    .argument("<image>", "path of the image")
    .argument("<path...>", "paths in the image, then the target on the host")
    .action((image: string, paths: string[]) => copy(image, paths, context));
  return command;
}

async function withTree<T>(image: string, work: (tree: ImageTree) => Promise<T>): Promise<T> {
  const { withImageFiles } = await import("../image/inspect/index.ts");
  return withImageFiles(image, {}, (files) => work(files.tree));
}

function list(image: string, paths: readonly string[], json: boolean): Promise<void> {
  return withTree(image, async (files) => {
    const entries: ListedEntry[] = [];
    for (const path of paths.length > 0 ? paths : ["/"]) entries.push(...(await listOne(files, path)));
    print(json ? JSON.stringify(entries.map(jsonRow), null, 2) : listing(entries));
  });
}

async function listOne(files: ImageTree, path: string): Promise<ListedEntry[]> {
  const found = await files.stat(path);
  const isDirectory = found.type === "dir" || (await leadsToDirectory(files, path, found));
  if (!isDirectory) return [{ name: path, stat: found }];
  return [...(await files.list(path))];
}

async function leadsToDirectory(files: ImageTree, path: string, found: TreeStat): Promise<boolean> {
  if (found.type !== "symlink") return false;
  return files.stat(path, { follow: true }).then(
    (target) => target.type === "dir",
    () => false,
  );
}

function tree(image: string, path: string, flags: { readonly depth?: number; readonly json?: boolean }): Promise<void> {
  return withTree(image, async (files) => {
    const base = path.split("/").filter((part) => part !== "" && part !== ".").length;
    for await (const entry of files.walk(path, { follow: true })) {
      const level = entry.path === "/" ? 0 : entry.path.split("/").length - 1 - base;
      if (level > (flags.depth ?? Number.POSITIVE_INFINITY)) continue;
      print(flags.json ? JSON.stringify(jsonRow({ name: entry.path, stat: entry.stat })) : branch(entry, level));
    }
  });
}

function branch({ path, stat: { type, target } }: WalkEntry, level: number): string {
  const name = level === 0 ? path : path.slice(path.lastIndexOf("/") + 1);
  const suffix = type === "dir" && name !== "/" ? "/" : target === undefined ? "" : ` -> ${shownName(target)}`;
  return `${"  ".repeat(level)}${shownName(name)}${suffix}`;
}

function cat(image: string, paths: readonly string[]): Promise<void> {
  return withTree(image, async (files) => {
    for (const path of paths) await printAll(files.read(path));
  });
}

async function copy(image: string, paths: readonly string[], context: Context): Promise<void> {
  const target = paths.at(-1) ?? ".";
  const sources = paths.length > 1 ? paths.slice(0, -1) : ["/"];
  const isDirectory = await stat(target).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const { copyOut } = await import("../image/inspect/index.ts");
  await withTree(image, async (files) => {
    for (const source of sources) {
      const to = isDirectory || sources.length > 1 ? join(target, basename(source) || basename(image)) : target;
      const skipped = await copyOut(files, source, to, { signal: context.signal });
      for (const { path, is } of skipped) context.log.warn(`${shownName(path)} is ${is} and was left out`);
    }
  });
}

function depth(text: string): number {
  return Math.max(Number.parseInt(text, 10) || 0, 0);
}

function print(text: string): void {
  if (text !== "") printOut(`${text}\n`);
}
