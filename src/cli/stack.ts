// `berth stack`: stacks of services under the site's rules. Each command's work is in stack/.

import { Command } from "commander";
import type { Context } from "./context.ts";
import { execCommand } from "./stack/exec.ts";
import * as life from "./stack/life.ts";
import { logsCommand, searchCommand } from "./stack/logs.ts";
import * as show from "./stack/show.ts";
import { deployCommand, diffCommand, upCommand } from "./stack/up.ts";

/** `berth stack`. */
export function stackCommand(context: Context): Command {
  const command = new Command("stack")
    .description("Run stacks of services made of compose files, on the site's server and under its rules.")
    .enablePositionalOptions();
  const parts = [
    ...[upCommand, deployCommand, diffCommand, life.downCommand],
    ...[show.listCommand, show.showCommand, show.historyCommand, show.eventsCommand, show.exportCommand],
    ...[life.upgradeCommand, life.rollbackCommand, life.stackVerb("confirm")],
    ...[life.stackVerb("stop"), life.stackVerb("start"), life.stackVerb("restart")],
    ...[logsCommand, searchCommand, execCommand],
  ];
  for (const part of parts) command.addCommand(part(context));
  return command;
}
