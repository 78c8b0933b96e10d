// Calls of package managers in recipes, with where they stand, and what their examples are made of. Knows no rule.

import { type PackageCommand, packageCommand } from "../../commands/package-commands.ts";
import type { RecipeView, ScriptPurpose, StepView } from "../../recipe-view/types.ts";
import { allSteps, commandsIn, type PlacedCommand } from "../recipe-parts.ts";

/** A call of a package manager in a step. */
export interface PlacedCall extends PlacedCommand {
  readonly call: PackageCommand;
}

/** Calls of package managers in scripts for a purpose, in order. */
export function callsIn(steps: readonly StepView[], ...purposes: readonly ScriptPurpose[]): readonly PlacedCall[] {
  return commandsIn(steps, ...purposes).flatMap((placed) => {
    const call = packageCommand(placed.command);
    return call ? [{ ...placed, call }] : [];
  });
}

/** Calls while the image is built, of all stages. */
export function buildCalls(recipe: RecipeView): readonly PlacedCall[] {
  return callsIn(allSteps(recipe), "build");
}

/** Only looks: nothing is installed. */
export function isRehearsal({ flags }: PackageCommand): boolean {
  return ["-s", "--simulate", "--dry-run", "--download-only", "--downloadonly", "--print-uris", "--help"].some((flag) =>
    flags.has(flag),
  );
}

/** The call stands in the text as it is read: not in JSON, not in a variable. Only then words can be added to it. */
export function isWritten({ source: { text } }: RecipeView, { call }: PlacedCall): boolean {
  const { actionRange, subcommand, manager, command } = call;
  const name = text.slice(command.nameRange.start, command.nameRange.end);
  const verb = subcommand === "" || text.slice(actionRange.start, actionRange.end) === subcommand;
  return verb && (name.endsWith(command.name ?? manager) || manager === "pip") && !/[\s"]/.test(name);
}

/** A Dockerfile on Debian with these lines. */
export function debian(...lines: readonly string[]): string {
  return ["FROM debian:13.1", ...lines, ""].join("\n");
}

/** A definition file on Debian with these lines below `%post`. */
export function post(...lines: readonly string[]): string {
  return ["Bootstrap: docker", "From: debian:13.1", "", "%post", ...lines.map((line) => `    ${line}`), ""].join("\n");
}
