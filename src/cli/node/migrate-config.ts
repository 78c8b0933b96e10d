// `berth node migrate-config`: Shifter's udiRoot.conf in berth's own form, on standard output.

import { Command } from "commander";
import type { Context } from "../context.ts";
import { print } from "../output.ts";

interface MigrateFlags {
  readonly lenientConfig?: boolean;
}

export function migrateConfigCommand(context: Context): Command {
  return new Command("migrate-config")
    .summary("translate Shifter's udiRoot.conf into site.yaml")
    .description("Print the section node of a site.yaml that says the same, with comments on what was translated how.")
    .argument("<file>", "udiRoot.conf")
    .option("--lenient-config", "leave out keys that are not known")
    .action(async (file: string, { lenientConfig: lenient = false }: MigrateFlags) => {
      const { migratedNode } = await import("../../site/translate-node.ts");
      const { text, warnings } = await migratedNode(file, { lenient });
      for (const warning of warnings) context.log.warn(warning);
      print(text);
    });
}
