// `berth module list|show`: the modules of this site, for those who choose among them.

import { Command } from "commander";
import type { Module, NodeSettings } from "../site/node-config.ts";
import { addFlags, readFlags } from "./command-flags.ts";
import type { Context } from "./context.ts";
import type { FlagSpec } from "./flags.ts";
import { CONFIG_FLAGS, readForPeople } from "./node/config-flags.ts";
import { print } from "./output.ts";
import { table } from "./table.ts";

const FLAGS = [
  ...CONFIG_FLAGS,
  { long: "json", kind: "switch", env: [], help: "as JSON" },
] as const satisfies readonly FlagSpec[];

/** `berth module`. */
export function moduleCommand(context: Context): Command {
  const command = new Command("module").description(
    "Show the modules of this site: mounts, variables and hooks that shifter --module adds to containers.",
  );
  command.addCommand(listCommand(context));
  command.addCommand(showCommand(context));
  return command;
}

function listCommand(context: Context): Command {
  const command = new Command("list").description("List the modules and say which are used when none is named.");
  return addFlags(command, FLAGS).action(async () => {
    const flags = readFlags(command, FLAGS, context.env);
    const { config } = await readForPeople(flags, context);
    const modules = [...config.modules.values()];
    if (flags.json) return print(toJson(modules.map((module) => described(module, config))));
    const rows = modules.map((module) => [module.name, stateOf(module, config), module.conflicts.join(" ")]);
    print(rows.length === 0 ? "this site has no modules\n" : table(["NAME", "USE", "CONFLICTS WITH"], rows));
  });
}

function showCommand(context: Context): Command {
  const command = new Command("show")
    .description("Show what a module adds to containers.")
    .argument("<name>", "a module");
  return addFlags(command, FLAGS).action(async (name: string) => {
    const flags = readFlags(command, FLAGS, context.env);
    const { config } = await readForPeople(flags, context);
    const { moduleNamed } = await import("../site/modules.ts");
    const { moduleRows } = await import("../site/node-settings.ts");
    // One that is switched off may be looked at.
    const module = config.modules.get(name) ?? moduleNamed(config.modules, name);
    if (flags.json) return print(toJson(described(module, config)));
    const rows = moduleRows(module).map(([path, value]) => [path.slice(2).join("."), value]);
    print(table(["MODULE", module.name], [["use", stateOf(module, config)], ...rows]));
  });
}

function stateOf({ name, enabled }: Module, { defaultModules }: NodeSettings["config"]): string {
  if (!enabled) return "switched off";
  return defaultModules.includes(name) ? "by default" : "on request";
}

function described(module: Module, config: NodeSettings["config"]): Module & { readonly default: boolean } {
  return { ...module, default: config.defaultModules.includes(module.name) };
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
