// `berth inspect`: labels, scripts and configuration of an image, without mounting or running it.

import { Command } from "commander";
import type { AppAttributes, ImageAttributes } from "../image/metadata/index.ts";
import type { Context } from "./context.ts";
import { print as printOut } from "./output.ts";

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

// In the order in which they are printed when several are asked for; JSON has an order of its own.
const PARTS = ["deffile", "runscript", "startscript", "test", "helpfile", "environment", "labels"] as const;
const JSON_ORDER = ["environment", "labels", "runscript", "test", "helpfile", "deffile", "startscript"] as const;
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
    printOut(await ociConfigOf(path));
    return;
  }
  const { attributes } = await inspectImage(path);
  const app = flags.app === undefined ? undefined : appAttributes(attributes, flags.app, path);
  const wanted = PARTS.filter((part) => flags[part]);
  const parts = wanted.length > 0 || flags.listApps ? wanted : (["labels"] as const);
  if (flags.all) printJson(attributes);
  else if (flags.json) printJson(chosenAttributes(attributes, app, parts, flags));
  else {
    if (flags.listApps) for (const name of Object.keys(attributes.apps ?? {})) print(name);
    for (const part of parts) printPart(app ?? attributes, part, path, context);
  }
}

function chosenAttributes(
  whole: ImageAttributes,
  app: AppAttributes | undefined,
  parts: readonly Part[],
  flags: Flags,
): ImageAttributes {
  if (flags.app !== undefined && app) return { apps: { [flags.app]: only(app, parts) } };
  return { ...(flags.listApps ? { apps: whole.apps ?? {} } : {}), ...only(whole, parts) };
}

function only(attributes: ImageAttributes, parts: readonly Part[]): ImageAttributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => parts.some((part) => part === name)));
}

function printJson({ apps, ...attributes }: ImageAttributes): void {
  const known = JSON_ORDER.filter((part) => attributes[part] !== undefined).map((part) => [part, attributes[part]]);
  const ordered = { ...(apps ? { apps } : {}), ...Object.fromEntries(known) };
  print(JSON.stringify({ data: { attributes: ordered }, type: "container" }, null, "\t"));
}

function printPart(attributes: ImageAttributes, part: Part, path: string, context: Context): void {
  const value = attributes[part];
  if (value === undefined) context.log.info(`${path} has no ${part}`);
  if (typeof value === "string") print(value);
  if (typeof value !== "object") return;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, text] of entries) print(part === "labels" ? `${name}: ${text}` : `=== ${name} ===\n${text}\n`);
}

function print(text: string): void {
  printOut(`${text}\n`);
}
