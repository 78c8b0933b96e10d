// `berth inspect`: labels, scripts and configuration of an image, without mounting or running it.

import { Command } from "commander";
import type { ImageAttributes } from "../image/metadata/index.ts";
import type { Context } from "./context.ts";

interface Flags {
  readonly labels?: boolean;
  readonly deffile?: boolean;
  readonly runscript?: boolean;
  readonly startscript?: boolean;
  readonly test?: boolean;
  readonly environment?: boolean;
  readonly helpfile?: boolean;
  readonly listApps?: boolean;
  readonly app?: string;
  readonly json?: boolean;
  readonly all?: boolean;
  readonly oci?: boolean;
}

const PARTS = ["helpfile", "deffile", "runscript", "startscript", "test", "environment", "labels"] as const;
type Part = (typeof PARTS)[number];

/** The command. */
export function inspectCommand(context: Context): Command {
  return new Command("inspect")
    .description("Show labels, scripts and configuration of an image (a SIF file, a squashfs file or a directory).")
    .argument("<image>", "path of the image")
    .option("-l, --labels", "the labels (default)")
    .option("-d, --deffile", "the definition it was built from")
    .option("-r, --runscript", "what berth run runs")
    .option("-s, --startscript", "what an instance runs")
    .option("-t, --test", "what berth test runs")
    .option("-e, --environment", "the scripts that set its environment")
    .option("-H, --helpfile", "its help text")
    .option("--list-apps", "the names of its apps")
    .option("--app <name>", "the same for one of its apps")
    .option("-j, --json", "as JSON")
    .option("--all", "everything, as JSON")
    .option("--oci", "the OCI configuration it was made from, byte for byte")
    .action((image: string, flags: Flags) => inspect(image, flags, context));
}

async function inspect(path: string, flags: Flags, context: Context): Promise<void> {
  const { appAttributes, inspectImage, ociConfigOf } = await import("../image/inspect/index.ts");
  if (flags.oci) {
    process.stdout.write(await ociConfigOf(path));
    return;
  }
  const { attributes } = await inspectImage(path);
  if (flags.listApps && !flags.json && !flags.all) {
    for (const name of Object.keys(attributes.apps ?? {})) print(name);
    return;
  }
  const shown: ImageAttributes = flags.app === undefined ? attributes : appAttributes(attributes, flags.app, path);
  const wanted = PARTS.filter((part) => flags.all || flags[part]);
  const parts = wanted.length > 0 || flags.listApps ? wanted : (["labels"] as const);
  if (flags.json || flags.all) printJson(shown, parts, attributes, flags);
  else for (const part of parts) printPart(shown, part, path, context);
}

function printJson(shown: ImageAttributes, parts: readonly Part[], whole: ImageAttributes, flags: Flags): void {
  const apps = flags.all || flags.listApps ? { apps: whole.apps ?? {} } : {};
  const chosen = Object.fromEntries(parts.map((part) => [part, shown[part] ?? ""]));
  print(JSON.stringify({ data: { attributes: { ...apps, ...chosen } }, type: "container" }, null, "\t"));
}

function printPart(attributes: ImageAttributes, part: Part, path: string, context: Context): void {
  const value = attributes[part];
  if (value === undefined) context.log.info(`${path} has no ${part}`);
  if (typeof value === "string") print(value.replace(/\n$/, ""));
  if (typeof value !== "object") return;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, text] of entries) print(part === "labels" ? `${name}: ${text}` : `=== ${name} ===\n${text}`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
