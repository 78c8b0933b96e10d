// `berth push`: an image to a registry, an archive or a layout.

import { Command } from "commander";
import { addFlags, readFlags } from "./command-flags.ts";
import type { Context } from "./context.ts";
import type { FlagSpec } from "./flags.ts";
import { LAYER_FLAGS, SOURCE_FLAGS } from "./source-flags.ts";

export const PUSH_FLAGS = [
  { long: "annotation", kind: "list", value: "name=text", help: "annotation of a SIF file that is pushed by oras://" },
  { long: "description", kind: "text", value: "text", help: "its description, as an annotation" },
  { long: "force", short: "F", kind: "switch", help: "replace an existing archive" },
  ...LAYER_FLAGS,
  ...SOURCE_FLAGS,
  { long: "allow-unsigned", short: "U", kind: "switch", env: [], help: "accepted for old scripts", hidden: true },
] as const satisfies readonly FlagSpec[];

/** `berth push SOURCE TARGET`. */
export function pushCommand(context: Context): Command {
  const command = new Command("push")
    .summary("put an image into a registry, an archive or a layout")
    .description(
      "Puts the image SOURCE (a SIF file, a folder, or whatever can be pulled) where TARGET says: a SIF file as it is with oras://, an OCI image with docker://, oci:, oci-archive: or docker-archive:.",
    )
    .usage("[options] SOURCE TARGET")
    .argument("<source>")
    .argument("<target>");
  return addFlags(command, PUSH_FLAGS).action(async (source: string, target: string) => {
    const values = readFlags(command, PUSH_FLAGS, context.env);
    const { pushImageTo } = await import("./push-source.ts");
    const { print } = await import("./output.ts");
    print(`${await pushImageTo(source, target, values, context)}\n`);
  });
}
