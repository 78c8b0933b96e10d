// `berth slurm`: what Slurm calls, by the plugin or by scripts of the site. Each command's work is in its own file.

import { Command } from "commander";
import type { Context } from "../context.ts";
import { externCommand } from "./extern.ts";
import { epilogCommand, prologCommand } from "./prolog.ts";
import { resolveCommand } from "./resolve.ts";

/** `berth slurm`. */
export function slurmCommand(context: Context): Command {
  const command = new Command("slurm").description(
    "What Slurm calls when a job that wants an image is submitted, begins and ends: by its plugin spank_berth.so, or by the site's own scripts.",
  );
  for (const part of [resolveCommand, prologCommand, epilogCommand, externCommand]) command.addCommand(part(context));
  return command;
}
