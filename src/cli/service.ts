// `berth service`: single services of stacks, named STACK/SERVICE.

import { Command } from "commander";
import type { Context } from "./context.ts";
import { activityCommand } from "./stack/activity.ts";
import { serviceExecCommand } from "./stack/exec.ts";
import * as life from "./stack/life.ts";
import { serviceLogsCommand } from "./stack/logs.ts";
import { serviceListCommand, serviceShowCommand } from "./stack/show.ts";

/** `berth service`. */
export function serviceCommand(context: Context): Command {
  const command = new Command("service")
    .description("Look after single services of stacks. They are named STACK/SERVICE.")
    .enablePositionalOptions();
  const parts = [
    ...[serviceListCommand, serviceShowCommand, activityCommand],
    ...[life.upgradeServiceCommand, life.rollbackServiceCommand, life.scaleCommand, life.wakeCommand],
    ...[life.serviceVerb("stop"), life.serviceVerb("start"), life.serviceVerb("restart")],
    ...[serviceLogsCommand, serviceExecCommand],
  ];
  for (const part of parts) command.addCommand(part(context));
  return command;
}
