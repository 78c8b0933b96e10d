// `berth sif list|header|dump`: the objects of a SIF file.

import { Command } from "commander";
import { formatSize } from "../base/size.ts";
import type { SifDescriptor, SifFile } from "../image/sif/index.ts";
import type { Context } from "./context.ts";
import { shownName } from "./image-listing.ts";
import { print, printAll } from "./output.ts";

/** The command with its three subcommands. */
export function sifCommand(_context: Context): Command {
  const command = new Command("sif").description("List and dump the objects of a SIF file.");
  command
    .command("list")
    .description("list the objects")
    .argument("<file>", "the SIF file")
    .option("--json", "as JSON")
    .action(async (path: string, flags: { json?: boolean }) => {
      const sif = await read(path);
      print(flags.json ? `${JSON.stringify(sif.descriptors, null, 2)}\n` : table(sif));
    });
  command
    .command("header")
    .description("show the header")
    .argument("<file>", "the SIF file")
    .option("--json", "as JSON")
    .action(async (path: string, flags: { json?: boolean }) => {
      const { descriptors: _, ...header } = await read(path);
      print(flags.json ? `${JSON.stringify(header, null, 2)}\n` : headerText(header));
    });
  command
    .command("dump")
    .description("write the content of one object to standard output")
    .argument("<object>", "its number or name")
    .argument("<file>", "the SIF file")
    .action(dump);
  return command;
}

async function read(path: string): Promise<SifFile> {
  const { readSifFile } = await import("../image/sif/index.ts");
  return readSifFile(path);
}

function table({ descriptors }: SifFile): string {
  const rows = descriptors.map((d) => [String(d.id), String(d.group), kind(d), formatSize(d.size), shownName(d.name)]);
  const all = [["ID", "GROUP", "TYPE", "SIZE", "NAME"], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  return all.map((row) => `${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ")}\n`).join("");
}

function kind({ type, partition }: SifDescriptor): string {
  return partition ? `${type} (${partition.fs}, ${partition.kind}, ${partition.arch})` : type;
}

function headerText(header: Omit<SifFile, "descriptors">): string {
  const rows = [
    ["Launch line", shownName(header.launch.trimEnd())],
    ["Architecture", header.arch],
    ["UUID", header.uuid],
    ["Created", new Date(header.created * 1000).toISOString()],
    ["Modified", new Date(header.modified * 1000).toISOString()],
    ["Descriptors", `${header.descriptorsTotal - header.descriptorsFree} of ${header.descriptorsTotal}`],
    ["Descriptor offset", String(header.descriptorsOffset)],
    ["Data offset", String(header.dataOffset)],
    ["Data size", formatSize(header.dataSize)],
  ] as const;
  return rows.map(([name, value]) => `${`${name}:`.padEnd(19)}${value}\n`).join("");
}

async function dump(wanted: string, path: string): Promise<void> {
  const { openSifFile, readSif, requireObject } = await import("../image/sif/index.ts");
  const file = await openSifFile(path);
  try {
    const { offset, size } = requireObject(await readSif(file, path), wanted, path);
    if (size === 0) return;
    const content = file.createReadStream({ start: offset, end: offset + size - 1, autoClose: false });
    await printAll(content);
  } finally {
    await file.close();
  }
}
