// `berth completion SHELL`: a script that the shell loads once; completing starts no program.

import { Argument, Command } from "commander";
import { commandTree, type TreeCommand } from "../command-tree.ts";
import type { Context } from "../context.ts";
import { print } from "../output.ts";
import { bashCompletion } from "./bash.ts";
import { fishCompletion } from "./fish.ts";
import { zshCompletion } from "./zsh.ts";

const SHELLS: Readonly<Record<string, (tree: TreeCommand) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** The command. */
export function completionCommand(context: Context): Command {
  return new Command("completion")
    .description("Print the completions of a shell, for example: source <(berth completion bash)")
    .addArgument(new Argument("<shell>", "which shell").choices(Object.keys(SHELLS)))
    .action(async (shell: string) => print(SHELLS[shell]?.(await commandTree(context)) ?? ""));
}
