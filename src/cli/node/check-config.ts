// `berth node check-config`: what is in force on this node, where it was said, and where berth does otherwise than Shifter.

import { Command } from "commander";
import type { NodeSetting, NodeSettings } from "../../site/node-config.ts";
import { addFlags, readFlags } from "../command-flags.ts";
import type { Context } from "../context.ts";
import type { FlagSpec } from "../flags.ts";
import { print } from "../output.ts";
import { table } from "../table.ts";
import { CONFIG_FLAGS, readForPeople } from "./config-flags.ts";

const FLAGS = [
  ...CONFIG_FLAGS,
  { long: "json", kind: "switch", env: [], help: "as JSON" },
] as const satisfies readonly FlagSpec[];

export function checkConfigCommand(context: Context): Command {
  const command = new Command("check-config")
    .summary("explain the configuration of this node")
    .description("Show every value that is in force, where it was said, and where berth does otherwise than Shifter.");
  return addFlags(command, FLAGS).action(async () => {
    const flags = readFlags(command, FLAGS, context.env);
    const settings = await readForPeople(flags, context);
    const { checkNode } = await import("../../site/node-checks.ts");
    const warnings = [...settings.warnings, ...checkNode(settings.config)];
    if (flags.json) return print(asJson(settings, warnings));
    print(asText(settings));
    for (const warning of warnings) context.log.warn(warning);
  });
}

function asJson({ config, settings }: NodeSettings, warnings: readonly string[]): string {
  const shown = { config: { ...config, modules: Object.fromEntries(config.modules) }, settings, warnings };
  return `${JSON.stringify(shown, null, 2)}\n`;
}

function asText({ config, settings }: NodeSettings): string {
  const used = settings.filter(({ unused }) => !unused);
  const from = ({ line }: NodeSetting) => (line === undefined ? "default" : `line ${line}`);
  const noted = used.filter(({ note, line }) => note !== undefined && line !== undefined);
  const gone = settings.filter(({ unused }) => unused);
  const remarks = (list: readonly NodeSetting[]) => list.map((each) => [each.key, from(each), each.note ?? ""]);
  return [
    `${config.path}\n\n`,
    table(
      ["KEY", "FROM", "VALUE"],
      used.map((each) => [each.key, from(each), each.value]),
    ),
    ...(noted.length > 0 ? ["\n", table(["OTHERWISE THAN SHIFTER", "FROM", "WHAT BERTH DOES"], remarks(noted))] : []),
    ...(gone.length > 0 ? ["\n", table(["NOT USED", "FROM", "WHY"], remarks(gone))] : []),
  ].join("");
}
