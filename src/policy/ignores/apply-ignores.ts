// Findings less those that comments keep quiet, and what is to be said of the comments themselves: unused ones, such without a reason,
// such that the site forbids. Pure.

import type { SourceText } from "../../base/source.ts";
import type { PolicyConfig } from "../config.ts";
import { fitsAny } from "../glob.ts";
import type { Practice } from "../practice.ts";
import type { Finding } from "../types.ts";
import { plainName } from "./ignore-comment.ts";
import { type IgnoreRemark, ignoreFinding } from "./ignore-finding.ts";
import type { Ignore } from "./ignore-scope.ts";

/** A finding that a comment keeps quiet. */
export interface QuietFinding {
  readonly finding: Finding;
  readonly reason: string | undefined;
}

/** What findings are held against. */
export interface IgnoreRules {
  readonly source: SourceText;
  readonly policy: PolicyConfig;
  /** All practices that are known, asked or not: for their peers' names. */
  readonly practices: readonly Practice[];
  /** Ids that were asked: only of these an ignore can be unused. */
  readonly asked: ReadonlySet<string>;
  /** Seconds since 1970; undefined: days do not end. */
  readonly now: number | undefined;
}

/** What is left, and what is quiet. */
export interface Quieted {
  readonly findings: readonly Finding[];
  readonly quiet: readonly QuietFinding[];
}

/** Holds findings against the comments of their text. */
export function applyIgnores(findings: readonly Finding[], ignores: readonly Ignore[], rules: IgnoreRules): Quieted {
  if (ignores.length === 0) return { findings, quiet: [] };
  const peers = new Map(rules.practices.map(({ id, peers }) => [id, peers]));
  const remarks: IgnoreRemark[] = [];
  const kept = new Set(findings);
  const quiet: QuietFinding[] = [];
  for (const ignore of ignores) {
    const stop = obstacleOf(ignore, rules);
    if (stop) remarks.push(stop);
    for (const { name, at } of ignore.names) {
      const range = { start: ignore.range.start + at, end: ignore.range.start + at + name.length };
      const fitting = findings.filter((one) => covers(ignore, one) && isNamed(name, one.rule, peers));
      const locked = fitting.filter(({ rule }) => fitsAny(rules.policy.practices.ignores.locked, rule));
      if (locked.length > 0 && !stop) remarks.push({ kind: "locked", ignore, range, name });
      else if (fitting.length === 0 && !stop) remarks.push(...unusedOf(name, { ignore, range, rules, peers }));
      for (const finding of stop ? [] : fitting)
        if (!locked.includes(finding) && kept.delete(finding)) quiet.push({ finding, reason: ignore.reason });
    }
  }
  const said = remarks.flatMap((remark) => ignoreFinding(remark, rules) ?? []);
  return { findings: [...kept, ...said], quiet };
}

function covers({ scope, whole, range }: Ignore, { place }: Finding): boolean {
  // What is found of a file as a whole has no place.
  if (!place) return whole;
  const { start } = place.range;
  return (start >= scope.start && start <= scope.end) || (start >= range.start && start < range.end);
}

function isNamed(name: string, rule: string, peers: ReadonlyMap<string, readonly string[]>): boolean {
  const plain = plainName(name);
  return rule === plain || rule.toUpperCase() === plain.toUpperCase() || (peers.get(rule) ?? []).includes(plain);
}

/** Why a comment does not count at all. */
function obstacleOf(ignore: Ignore, { policy, now }: IgnoreRules): IgnoreRemark | undefined {
  const { allowed, reasons } = policy.practices.ignores;
  if (!allowed) return { kind: "forbidden", ignore, range: ignore.range };
  if (ignore.until !== undefined) {
    const end = endOf(ignore.until);
    if (end === undefined) return { kind: "day", ignore, range: ignore.range };
    if (now !== undefined && now >= end) return { kind: "ended", ignore, range: ignore.range };
  }
  return reasons && ignore.reason === undefined ? { kind: "reason", ignore, range: ignore.range } : undefined;
}

// The day itself still counts.
function endOf(day: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  const start = new Date(`${day}T00:00:00Z`);
  return Number.isNaN(start.getTime()) || !start.toISOString().startsWith(day)
    ? undefined
    : start.getTime() / 1000 + 86_400;
}

interface Unused {
  readonly ignore: Ignore;
  readonly range: Ignore["range"];
  readonly rules: IgnoreRules;
  readonly peers: ReadonlyMap<string, readonly string[]>;
}

// Comments of peers are theirs: they may silence what only the peer finds.
function unusedOf(name: string, { ignore, range, rules, peers }: Unused): readonly IgnoreRemark[] {
  if (ignore.form !== "policy") return [];
  const ids = [...peers.keys()];
  const meant = ids.filter((id) => isNamed(name, id, peers));
  const foreign = /^(SC|DL|DS-?|AVD-DS-)\d+$|^[A-Z]{3}-\d{2}$|^REGO/i.test(name);
  if (meant.length === 0 && !foreign) return [{ kind: "unknown", ignore, range, name, known: ids }];
  return meant.some((id) => rules.asked.has(id)) ? [{ kind: "unused", ignore, range, name }] : [];
}
