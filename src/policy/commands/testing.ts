// Commands for tests, read as a recipe's are.

import { viewRecipe } from "../recipe-view/recipe-view.ts";
import type { CommandView } from "../recipe-view/types.ts";

/** The commands of a script, in a folder; nothing but `variables` is known. */
export function commandsOf(script: string, folder = "/src"): readonly CommandView[] {
  const text = `FROM debian:13.1\nWORKDIR ${folder}\nRUN ${script}\n`;
  const { stages } = viewRecipe({ name: "Dockerfile", text }, "dockerfile");
  return stages.flatMap(({ steps }) => steps.flatMap(({ scripts }) => scripts.flatMap(({ commands }) => commands)));
}

/** The first command of a script. */
export function commandOf(script: string, folder?: string): CommandView {
  const [command] = commandsOf(script, folder);
  if (!command) throw new Error(`no command in ${script}`);
  return command;
}
