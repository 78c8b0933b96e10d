// `.dockerignore`: which files of a context a build does not see. The rules are those of Docker's matcher, the way it
// treats folders included: what a pattern says of a folder holds for everything below, until a later pattern differs.

import { posix } from "node:path";
import type { SourceText } from "../base/source.ts";
import { fail } from "./errors.ts";
import { type PathPattern, pathPattern } from "./path-pattern.ts";

/** A list of patterns, ready to be asked. Paths are relative to the context, with slashes, no slash at either end. */
export interface PathFilter {
  /** True when a file or folder is left out. */
  ignored(path: string): boolean;
  /** True when a folder and everything that can be below it is left out, so that it need not be read. */
  skips(folder: string): boolean;
}

interface Rule {
  readonly matches: PathPattern;
  /** `!pattern`: brings back what an earlier pattern left out. */
  readonly keeps: boolean;
  /** The folders that the pattern begins with, up to the first wildcard. */
  readonly literal: readonly string[];
  readonly wild: boolean;
}

/** Reads a `.dockerignore` file. @throws E_RECIPE_IGNORE for a pattern with an open bracket or an escape of nothing */
export function parseDockerignore({ name, text }: SourceText): PathFilter {
  const rules: Rule[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .entries()) {
    if (line.startsWith("#")) continue;
    const pattern = line.trim();
    const rule = pattern === "" ? undefined : ruleOf(pattern);
    if (rule) rules.push(rule);
    else if (pattern !== "") throw fail("E_RECIPE_IGNORE", { file: name, line: index + 1, pattern });
  }
  return filterOf(rules);
}

/** Makes a filter of patterns given one by one (`COPY --exclude`). @throws E_RECIPE_IGNORE */
export function pathFilter(patterns: readonly string[], name: string): PathFilter {
  return parseDockerignore({ name, text: patterns.join("\n") });
}

function ruleOf(written: string): Rule | undefined {
  const keeps = written.startsWith("!");
  const bare = (keeps ? written.slice(1) : written).trim();
  if (bare === "") return undefined;
  const clean = posix.normalize(bare).replace(/(?<=.)\/$/, "");
  const pattern = clean.length > 1 && clean.startsWith("/") ? clean.slice(1) : clean;
  const matches = pathPattern(pattern);
  if (!matches) return undefined;
  const parts = pattern.split("/");
  const wild = parts.findIndex((part) => /[*?[\\]/.test(part));
  return { matches, keeps, literal: wild < 0 ? parts : parts.slice(0, wild), wild: wild >= 0 };
}

/** What each rule said of a folder: its children inherit that. */
type Verdicts = readonly boolean[];

function filterOf(rules: readonly Rule[]): PathFilter {
  // Paths are asked for folder by folder: what was said of the last ones is nearly always what is needed.
  const known = new Map<string, Verdicts>();
  const verdictsOf = (path: string): Verdicts => {
    const found = known.get(path);
    if (found) return found;
    const slash = path.lastIndexOf("/");
    const verdicts = judge(rules, path, slash < 0 ? undefined : verdictsOf(path.slice(0, slash)));
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(path, verdicts);
    return verdicts;
  };
  const ignored = (path: string) => rules.length > 0 && outcome(rules, verdictsOf(path));
  return {
    ignored,
    skips: (folder) => ignored(folder) && !rules.some((rule) => rule.keeps && mayReach(rule, folder.split("/"))),
  };
}

const MAX_KNOWN = 10_000;

// A rule that cannot change the outcome so far is not asked, and then says nothing of what is below, either: Docker's
// matcher does so, and `!folder` behind `folder/file` shows it.
function judge(rules: readonly Rule[], path: string, parent: Verdicts | undefined): Verdicts {
  let out = false;
  return rules.map(({ matches, keeps }, index) => {
    const inherited = parent?.[index] ?? false;
    const verdict = inherited || (keeps === out && matches(path));
    if (verdict) out = !keeps;
    return verdict;
  });
}

function outcome(rules: readonly Rule[], verdicts: Verdicts): boolean {
  const last = verdicts.lastIndexOf(true);
  return last >= 0 && !(rules[last]?.keeps ?? true);
}

// Whether a pattern may match something below a folder.
function mayReach({ literal, wild }: Rule, folder: readonly string[]): boolean {
  const shared = Math.min(literal.length, folder.length);
  for (let index = 0; index < shared; index++) if (literal[index] !== folder[index]) return false;
  return wild || literal.length > folder.length;
}
