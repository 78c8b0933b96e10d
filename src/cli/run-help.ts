// `berth run-help`: the help text of an image, or of one of its apps.

import { Command } from "commander";
import { addFlags, readFlags } from "./command-flags.ts";
import type { Context } from "./context.ts";
import type { FlagSpec } from "./flags.ts";
import { print } from "./output.ts";

const FLAGS = [
  { long: "app", kind: "text", value: "name", env: ["APP", "APPNAME"], help: "the help of an app inside the image" },
] as const satisfies readonly FlagSpec[];

/** The command. */
export function runHelpCommand(context: Context): Command {
  return addFlags(new Command("run-help"), FLAGS)
    .description("Show the help text of an image (%help of its definition file).")
    .argument("<image>", "path of the image")
    .action(async (image: string, _options: unknown, command: Command) => {
      const { app } = readFlags(command, FLAGS, context.env);
      const { appAttributes, inspectImage } = await import("../image/inspect/index.ts");
      const { attributes } = await inspectImage(image);
      const { helpfile } = app === undefined ? attributes : appAttributes(attributes, app, image);
      if (helpfile) print(`${helpfile}\n`);
      else context.log.info(`No help sections were defined for this ${app === undefined ? "image" : "app"}`);
    });
}
