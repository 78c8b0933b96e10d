// `berth gateway migrate-config`: Shifter's configuration in berth's own form, on standard output.

import { Command } from "commander";
import type { Context } from "../context.ts";
import { print } from "../output.ts";

export function migrateCommand(context: Context): Command {
  return new Command("migrate-config")
    .summary("translate Shifter's imagemanager.json into site.yaml")
    .description("Print the site.yaml that says the same, with comments on what was translated how.")
    .argument("<file>", "imagemanager.json")
    .action(async (file: string) => {
      const { readTranslation } = await import("../../site/read-config.ts");
      const { migratedText } = await import("../../site/shifter/migrated.ts");
      const { translation, warnings } = await readTranslation(file, context.env);
      for (const warning of warnings) context.log.warn(warning);
      print(await migratedText(translation, file));
    });
}
