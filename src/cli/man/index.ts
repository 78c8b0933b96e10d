// `berth man [COMMAND…]`: a manual page on standard output, or all of them as files.

import { Command } from "commander";
import { defineErrors, reasonOf } from "../../base/errors.ts";
import { commandTree, everyCommand, type TreeCommand } from "../command-tree.ts";
import type { Context } from "../context.ts";
import { print } from "../output.ts";
import { VERSION } from "../version.ts";
import { manualPage, pageName } from "./page.ts";

const fail = defineErrors({
  E_MAN_COMMAND: { text: 'there is no command "{name}"', hint: "berth help lists the commands", exit: 1 },
  E_MAN_WRITE: {
    text: "cannot write the manual pages to {dir}: {reason}",
    hint: "choose a folder that you may write to",
  },
});

/** The command. */
export function manCommand(context: Context): Command {
  return new Command("man")
    .description("Print a manual page (read it with: berth man exec | man -l -), or write all of them.")
    .argument("[command...]", "the command, such as exec or cache clean")
    .option("--dir <dir>", "write the pages of all commands into this folder")
    .action((words: readonly string[], flags: { dir?: string }) => man(words, flags.dir, context));
}

async function man(words: readonly string[], dir: string | undefined, context: Context): Promise<void> {
  const tree = await commandTree(context);
  const stamp = { version: VERSION, date: new Date(sourceDate(context) ?? Date.now()) };
  if (dir !== undefined) return writeAll(tree, dir, stamp);
  const found = [...everyCommand(tree)].find(({ path }) => path.join(" ") === words.join(" "));
  if (!found) throw fail("E_MAN_COMMAND", { name: words.join(" ") });
  print(manualPage(found, stamp));
}

// Packages are built the same on every day.
function sourceDate({ env }: Context): number | undefined {
  const seconds = env["SOURCE_DATE_EPOCH"];
  return seconds !== undefined && /^\d{1,11}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

async function writeAll(tree: TreeCommand, dir: string, stamp: Parameters<typeof manualPage>[1]): Promise<void> {
  const { mkdir, writeFile } = await import("node:fs/promises");
  try {
    await mkdir(dir, { recursive: true });
    for (const command of everyCommand(tree))
      await writeFile(`${dir}/${pageName(command.path)}.1`, manualPage(command, stamp));
  } catch (cause) {
    throw fail("E_MAN_WRITE", { dir, reason: reasonOf(cause) }, { cause });
  }
}
