// Layers of configuration laid over a profile: the policy that comes of them, and for every value where it comes from. Pure.

import { relative, sep } from "node:path";
import type { PolicyConfig } from "../../policy/config.ts";
import { weightOf } from "../../policy/severity.ts";
import type { Severity } from "../../policy/types.ts";
import type { Path } from "../../site/config-document.ts";
import { findings } from "../../site/findings.ts";
import { PRACTICE_KEYS, type PracticeFile, resolvePractices } from "../../site/services/practices.ts";
import { demandCase } from "../../site/services/rule-ids.ts";
import type { ConfigLayer } from "./config-layer.ts";
import { fitsFile } from "./file-glob.ts";
import type { LintFile, LintOverride } from "./lint-schema.ts";

/** What layers come to. */
export interface Resolved {
  readonly policy: PolicyConfig;
  readonly settings: Pick<LintFile, "minSeverity" | "failOn" | "strict">;
  /** By key (`golden`, `rules.PKG014`): where the value stands. */
  readonly origins: ReadonlyMap<string, string>;
  /** What does not count, and why. */
  readonly remarks: readonly string[];
}

/** What layers are laid over. */
export interface ResolveOptions {
  /** The weight of a rule that no layer speaks of. */
  defaultOf(id: string): Severity | undefined;
  /** Absolute; undefined: overrides by file are left out. */
  readonly file: string | undefined;
}

interface State {
  policy: PolicyConfig;
  settings: Resolved["settings"];
  readonly origins: Map<string, string>;
  readonly remarks: string[];
  /** The layer that is final. */
  final: ConfigLayer | undefined;
  readonly options: ResolveOptions;
}

/** Lays layers over a policy, the first one first. @throws E_LINT_CONFIG for rules that do not exist and the like */
export function resolveRuling(base: PolicyConfig, layers: readonly ConfigLayer[], options: ResolveOptions): Resolved {
  const state: State = {
    policy: base,
    settings: {},
    origins: new Map(),
    remarks: layers.flatMap(({ remarks }) => remarks),
    final: undefined,
    options,
  };
  for (const layer of layers) {
    const { profile, failOn, minSeverity, strict, final } = layer.value;
    if (profile !== undefined && !state.final) state.origins.set("profile", layer.originOf(["profile"]));
    applyPart(layer, layer.value, [], state);
    for (const [index, part] of (layer.value.overrides ?? []).entries())
      if (isMeant(part, layer, options.file)) applyPart(layer, part, ["overrides", index], state);
    applySettings(layer, { failOn, minSeverity, strict }, state);
    if (final) state.final ??= layer;
  }
  const { policy, settings, origins, remarks } = state;
  return { policy, settings, origins, remarks };
}

function isMeant({ files }: LintOverride, { folder }: ConfigLayer, file: string | undefined): boolean {
  if (file === undefined) return false;
  const path = relative(folder, file).split(sep).join("/");
  return files.some((pattern) => fitsFile(pattern, path));
}

function applyPart(layer: ConfigLayer, part: LintFile | LintOverride, path: Path, state: State): void {
  const found = findings();
  const tables = tablesOf(part);
  const given = Object.keys(tables);
  if (state.final && given.length > 0) {
    state.remarks.push(
      `${layer.originOf([...path, given[0] ?? ""])}: ${given.join(", ")}: decided by ${state.final.name}`,
    );
  } else {
    const practices = resolvePractices(tables, state.policy.practices, { path, found });
    state.policy = { ...state.policy, practices };
    for (const key of given) state.origins.set(key, layer.originOf([...path, key]));
  }
  const severities = new Map(state.policy.severities);
  for (const [name, word] of Object.entries(part.rules ?? {})) {
    const at = [...path, "rules", name];
    // Rules of a site's own have weights, and no cases.
    if (state.options.defaultOf(name) === undefined) demandCase(name, at, found);
    const weight = typeof word === "string" ? word : word.severity;
    if (state.final && isLighter(name, weight, state)) {
      state.remarks.push(`${layer.originOf(at)}: ${name}: ${state.final.name} wants it to weigh more`);
      continue;
    }
    severities.set(name, weight);
    state.origins.set(`rules.${name}`, layer.originOf(at));
  }
  state.policy = { ...state.policy, severities };
  if (found.problems.length > 0) throw layer.failureOf(found.problems);
}

function tablesOf(part: LintFile | LintOverride): PracticeFile {
  return Object.fromEntries(Object.entries(part).filter(([key]) => Object.hasOwn(PRACTICE_KEYS, key)));
}

function isLighter(name: string, weight: Severity | "off", { policy, options }: State): boolean {
  const [id = ""] = name.split(":");
  const before = policy.severities.get(name) ?? policy.severities.get(id) ?? options.defaultOf(id) ?? "style";
  const rank = (word: Severity | "off") => (word === "off" ? -1 : weightOf(word));
  return rank(weight) < rank(before);
}

type GivenSettings = { readonly [Key in keyof Resolved["settings"]]: Resolved["settings"][Key] | undefined };

function applySettings(layer: ConfigLayer, settings: GivenSettings, state: State): void {
  for (const [key, value] of Object.entries(settings)) {
    if (value === undefined || (state.final && key !== "minSeverity")) continue;
    state.settings = { ...state.settings, [key]: value };
    state.origins.set(key, layer.originOf([key]));
  }
}
