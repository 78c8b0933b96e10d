// Packages of the distribution that a recipe installs into its final image and leaves there. Knows no list.

import { installsSystem, isSystem, type PackageCommand, packageCommand } from "../../commands/package-commands.ts";
import type { PackageRequest } from "../../commands/package-specs.ts";
import type { CommandView, RecipeView, StepView } from "../../recipe-view/types.ts";
import { commandsIn, finalSteps } from "../recipe-parts.ts";

/** A package that stays in the image. */
export interface InstalledPackage {
  readonly step: StepView;
  readonly command: CommandView;
  readonly call: PackageCommand;
  readonly request: PackageRequest;
}

/** What the steps of the final chain install, without what the same step removes again. */
export function installedPackages(recipe: RecipeView): readonly InstalledPackage[] {
  return finalSteps(recipe).flatMap((step) => installedIn(step));
}

function installedIn(step: StepView): readonly InstalledPackage[] {
  const calls = commandsIn([step], "build").flatMap(({ command }) => {
    const call = packageCommand(command);
    return call && isSystem(call) ? [{ command, call }] : [];
  });
  return calls.flatMap(({ command, call }, index) => {
    if (!installsSystem(call) || call.flags.has("--download-only") || call.flags.has("--downloadonly")) return [];
    const later = calls.slice(index + 1).filter((other) => other.call.action === "remove");
    const whole = removesAll(
      step,
      call,
      later.map((other) => other.call),
    );
    if (whole) return [];
    return call.packages
      .filter(
        ({ kind, name }) =>
          (kind === "package" || kind === "group") &&
          !isGone(
            name,
            later.map((other) => other.call),
          ),
      )
      .map((request) => ({ step, command, call, request }));
  });
}

function isGone(name: string, removals: readonly PackageCommand[]): boolean {
  return removals.some(({ packages }) =>
    packages.some((removed) => {
      const glob = removed.name.replace(/\^$/, "");
      if (!/\*/.test(glob)) return glob === name;
      const [head = "", tail = ""] = glob.replace(/^\^/, "").split(/\.?\*/);
      return name.startsWith(head) && name.endsWith(tail);
    }),
  );
}

// `apk add --virtual .build`, `apt-mark auto '.*'` before a purge, `apt-get install $DEPS` with a purge of `$DEPS`.
function removesAll(step: StepView, call: PackageCommand, removals: readonly PackageCommand[]): boolean {
  const virtual = call.options.get("--virtual") ?? call.options.get("-t");
  if (call.manager === "apk" && virtual?.some(({ text }) => isGone(text, removals))) return true;
  if (removals.length === 0) return false;
  const marked = commandsIn([step], "build").some(
    ({ command }) => command.name === "apt-mark" && command.words[0]?.value === "auto",
  );
  if (marked) return true;
  const [only] = call.packages;
  return call.packages.length === 1 && only?.kind === "open" && isGone(only.name, removals);
}
