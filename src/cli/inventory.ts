// `berth inventory PATHS…`: image files in large trees, by what is in them.

import { Command } from "commander";
import { withCheckExits } from "./check-exits.ts";
import { addFlags, readFlags } from "./command-flags.ts";
import type { Context } from "./context.ts";
import type { FlagSpec } from "./flags.ts";
import { SITE_RULE_FLAGS } from "./site-rule-flags.ts";

const FLAGS = [
  { long: "json", kind: "switch", env: [], help: "as JSON" },
  { long: "csv", kind: "switch", env: [], help: "as CSV" },
  {
    long: "allowed",
    kind: "list",
    value: "dir",
    env: [],
    help: "folder that images may lie in; the site's (imageFolders) unless said; may be repeated",
  },
  ...SITE_RULE_FLAGS,
  {
    long: "one-file-system",
    short: "x",
    kind: "switch",
    env: [],
    help: "stay on the file systems of the named folders",
  },
  {
    long: "verify-key",
    kind: "list",
    value: "file",
    env: [],
    help: "public key (PEM) of the site, by which verdicts are believed",
  },
] as const satisfies readonly FlagSpec[];

export type InventoryFlags = ReturnType<typeof readFlags<typeof FLAGS>>;

/** `berth inventory`. */
export function inventoryCommand(context: Context): Command {
  const command = new Command("inventory")
    .summary("find image files in large trees, with owners and verdicts")
    .description(
      "Finds SIF and squashfs files by what is in them, whatever they are called. Where they may lie is judged by the site's practices (LOC001, LOC002), whose word is shown below. Ends with 1 when one of them finds something, and with 4 when something could not be read.",
    )
    .argument("<paths...>", "folders to look through");
  return addFlags(command, FLAGS).action(async (paths: string[]) => {
    await withCheckExits(async () => {
      const { takeInventory } = await import("./inventory-run.ts");
      return takeInventory(paths, readFlags(command, FLAGS, context.env), context);
    });
  });
}
