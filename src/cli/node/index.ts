// `berth node`: what administrators ask of a node that runs containers in batch jobs. Each command's work is in its own file.

import { Command } from "commander";
import type { Context } from "../context.ts";
import { checkConfigCommand } from "./check-config.ts";
import { migrateConfigCommand } from "./migrate-config.ts";
import { prepareMpiCommand } from "./prepare-mpi.ts";
import { setupCommand } from "./setup.ts";
import { statusCommand } from "./status.ts";
import { teardownCommand } from "./teardown.ts";

/** `berth node`. */
export function nodeCommand(context: Context): Command {
  const command = new Command("node").description(
    "Look after a node that runs containers in batch jobs. Its configuration is the section node of /etc/berth/site.yaml, or Shifter's udiRoot.conf.",
  );
  const parts = [
    setupCommand,
    teardownCommand,
    statusCommand,
    checkConfigCommand,
    migrateConfigCommand,
    prepareMpiCommand,
  ];
  for (const part of parts) command.addCommand(part(context));
  return command;
}
