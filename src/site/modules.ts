// Which of a site's modules a container gets. Data only: what they do is done where containers are made.

import { defineErrors } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import type { Module, NodeConfig } from "./node-config.ts";

const fail = defineErrors({
  E_MODULE_UNKNOWN: { text: "Unknown shifter module: {name}", hint: "{advice}", exit: 1 },
  E_MODULE_DISABLED: {
    text: "Unknown shifter module: {name}; the site has switched it off",
    hint: "berth module list shows those that may be used",
    exit: 1,
  },
  E_MODULE_CONFLICT: {
    text: "the modules {name} and {other} conflict with each other",
    hint: "name only one of them; --module none is for none at all",
    exit: 1,
  },
});

/** The names of a comma list; `none` alone, in any case, is for no module. */
export function parseModuleList(text: string): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  return withoutNone(names.filter((name) => name !== ""));
}

function withoutNone(names: readonly string[]): readonly string[] {
  return names.length === 1 && names[0]?.toLowerCase() === "none" ? [] : names;
}

/**
 * The modules of these names, in their order, each once; the site's default ones when no names are given.
 * @throws E_MODULE_UNKNOWN, E_MODULE_DISABLED, E_MODULE_CONFLICT
 */
export function selectModules(
  config: Pick<NodeConfig, "modules" | "defaultModules">,
  names: readonly string[] | undefined,
): Module[] {
  const asked = withoutNone(names ?? config.defaultModules);
  const chosen = [...new Set(asked)].map((name) => moduleNamed(config.modules, name));
  for (const [index, module] of chosen.entries()) {
    const other = chosen.slice(0, index).find(({ name }) => module.conflicts.includes(name));
    if (other) throw fail("E_MODULE_CONFLICT", { name: other.name, other: module.name });
  }
  return chosen;
}

/** One module that may be used. @throws E_MODULE_UNKNOWN, E_MODULE_DISABLED */
export function moduleNamed(modules: ReadonlyMap<string, Module>, name: string): Module {
  const module = modules.get(name);
  if (module?.enabled) return module;
  if (module) throw fail("E_MODULE_DISABLED", { name });
  const known = [...modules.values()].filter(({ enabled }) => enabled).map((each) => each.name);
  const meant = nearest(name, known);
  const advice = known.length === 0 ? "this site has none" : `known: ${known.join(", ")}`;
  throw fail("E_MODULE_UNKNOWN", { name, advice: meant === undefined ? advice : `did you mean ${meant}?` });
}
