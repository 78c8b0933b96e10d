// `berth pull`: an image as one file.

import { resolve } from "node:path";
import { Command } from "commander";
import { addFlags, readFlags } from "./command-flags.ts";
import type { Context } from "./context.ts";
import type { FlagSpec } from "./flags.ts";
import { defaultImageName } from "./image-name.ts";
import { pullToFile } from "./image-source.ts";
import { CONVERSION_FLAGS, SOURCE_FLAGS } from "./source-flags.ts";

const FLAGS = [
  { long: "force", short: "F", kind: "switch", help: "replace an existing file" },
  { long: "dir", kind: "text", value: "folder", env: ["PULLDIR", "PULLFOLDER"], help: "folder of the file" },
  { long: "name", kind: "text", value: "file", env: ["PULL_NAME"], help: "name of the file", hidden: true },
  { long: "sandbox", kind: "switch", help: "make a folder that can be changed, instead of a file" },
  ...SOURCE_FLAGS,
  ...CONVERSION_FLAGS,
  { long: "allow-unsigned", short: "U", kind: "switch", env: [], help: "accepted for old scripts", hidden: true },
  { long: "reproducible", kind: "switch", env: [], help: "accepted: every image is reproducible", hidden: true },
] as const satisfies readonly FlagSpec[];

/** `berth pull [FILE] SOURCE`. */
export function pullCommand(context: Context): Command {
  const command = new Command("pull")
    .summary("get an image from a registry or archive as one file")
    .description("Gets the image SOURCE, such as docker://alpine:3.20, and writes it as one SIF file.")
    .usage("[options] [FILE] SOURCE")
    .argument("<SOURCE...>");
  return addFlags(command, FLAGS).action(async (words: string[]) => {
    if (words.length > 2) command.error(`error: accepts at most 2 arg(s), received ${words.length}`, { exitCode: 1 });
    const values = readFlags(command, FLAGS, context.env);
    const uri = words[words.length - 1] ?? "";
    const named = words.length === 2 ? words[0] : values.name;
    const source = (await import("../oci/uri.ts")).parseImageUri(uri);
    const shown = named ?? defaultImageName(source, values.sandbox ? "" : ".sif");
    const request = { source, target: resolve(values.dir ?? ".", shown), shown, force: values.force, values };
    if (!values.sandbox) return pullToFile(request, context);
    const { pullToFolder } = await import("./pull-sandbox.ts");
    return pullToFolder(request, context);
  });
}
