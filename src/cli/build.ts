// `berth build`: an image from a recipe, or from another image.

import { Command } from "commander";
import { ALL_BUILD_FLAGS } from "./build-flags.ts";
import { addFlags, readFlags } from "./command-flags.ts";
import type { Context } from "./context.ts";

/** `berth build TARGET SOURCE`. */
export function buildCommand(context: Context): Command {
  const command = new Command("build")
    .summary("make an image from a definition file, a Dockerfile or another image")
    .description(
      "Builds TARGET (a SIF file, with --sandbox a folder, oci:, oci-archive:, docker-archive:, docker:// or oras://) from SOURCE: a definition file, a Dockerfile or a folder with one, a SIF file, a sandbox, or a URI such as docker://alpine:3.20.",
    )
    .usage("[options] TARGET SOURCE")
    .argument("<target>")
    .argument("<source>");
  return addFlags(command, ALL_BUILD_FLAGS).action(async (target: string, source: string) => {
    const values = readFlags(command, ALL_BUILD_FLAGS, context.env);
    const { build } = await import("./build-run.ts");
    await build(target, source, values, context);
  });
}
