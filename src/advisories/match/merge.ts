// From candidates to flaws: all that mean the same flaw of the same package become one, whoever found it. Pure.

import { isWorse, SEVERITIES } from "../severity.ts";
import type { FixState, Flaw, FlawSeverity, MatchCertainty } from "../types.ts";
import { compareVersions } from "../versions/index.ts";
import { AliasGroups, byFame } from "./alias-groups.ts";
import type { Candidate } from "./candidate.ts";

/** Own engine: its words on severity and fixes count before those of others. */
export const OWN_ENGINE = "berth";

/** The flaws, worst first. `exploited` holds CVE ids. */
export function mergeCandidates(candidates: readonly Candidate[], exploited: ReadonlySet<string>): readonly Flaw[] {
  const groups = new AliasGroups();
  for (const { names } of candidates) groups.join(names);
  const byFlaw = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const group = groups.find(candidate.names[0] ?? "");
    const key = JSON.stringify([group, candidate.name, candidate.installed]);
    const same = byFlaw.get(key);
    if (same) same.push(candidate);
    else byFlaw.set(key, [candidate]);
  }
  return [...byFlaw.values()].map((same) => flawOf(same, exploited)).sort(worstFirst);
}

function flawOf(same: readonly Candidate[], exploited: ReadonlySet<string>): Flaw {
  const own = same.filter(({ foundBy }) => foundBy === OWN_ENGINE);
  const trusted = own.length > 0 ? own : same;
  const names = unique(same.flatMap((one) => one.names)).sort(byFame);
  const [id = "", ...rest] = names;
  const isExploited = names.some((name) => exploited.has(name));
  const severity = worst(trusted) ?? worst(same) ?? "unknown";
  const first = trusted[0];
  const scored = [...trusted, ...same].filter((one) => one.score !== undefined);
  const best = scored.reduce<Candidate | undefined>(
    (a, b) => (a && (a.score ?? 0) >= (b.score ?? 0) ? a : b),
    undefined,
  );
  const fixed = fixOf(trusted) ?? fixOf(same);
  return {
    id,
    aliases: unique([...rest, ...same.flatMap((one) => one.mentions)]).sort(byFame),
    purls: unique(same.map(({ purl }) => purl)).sort(),
    name: first?.name ?? "",
    installed: first?.installed ?? "",
    ...(fixed === undefined ? {} : { fixed }),
    severity: isExploited ? raised(severity) : severity,
    ...(best ? { score: best.score, vector: best.vector } : {}),
    state: stateOf(trusted, fixed),
    exploited: isExploited,
    certainty: surest(same),
    summary: same.find(({ summary }) => summary !== "")?.summary ?? "",
    evidence: unique(same.flatMap(({ evidence }) => evidence ?? [])).sort(),
    layer: same.find(({ layer }) => layer !== undefined)?.layer,
    foundBy: unique(same.map(({ foundBy }) => foundBy)).sort(),
  };
}

function worst(candidates: readonly Candidate[]): FlawSeverity | undefined {
  const known = candidates.flatMap(({ severity }) =>
    severity === undefined || severity === "unknown" ? [] : [severity],
  );
  return known.reduce<FlawSeverity | undefined>((a, b) => (a !== undefined && isWorse(a, b) ? a : b), undefined);
}

// What attackers use is one step worse than it looks, and high at least.
function raised(severity: FlawSeverity): FlawSeverity {
  return severity === "high" || severity === "critical" ? "critical" : "high";
}

// Free of the flaw by every advisory: the newest fix.
function fixOf(candidates: readonly Candidate[]): string | undefined {
  return candidates.reduce<string | undefined>((best, { fixed, ecosystem }) => {
    if (best === undefined || fixed === undefined) return best ?? fixed;
    return compareVersions(ecosystem ?? "", fixed, best) === 1 ? fixed : best;
  }, undefined);
}

function stateOf(candidates: readonly Candidate[], fixed: string | undefined): FixState {
  if (fixed !== undefined) return "fixed";
  const said = candidates.map(({ state }) => state).filter((state) => state !== "fixed");
  return said.find((state) => state !== "affected" && state !== "unknown") ?? said[0] ?? "unknown";
}

const CERTAINTIES: readonly MatchCertainty[] = ["certain", "likely", "possible"];

function surest(candidates: readonly Candidate[]): MatchCertainty {
  return CERTAINTIES.find((one) => candidates.some(({ certainty }) => certainty === one)) ?? "possible";
}

function worstFirst(a: Flaw, b: Flaw): number {
  if (a.severity !== b.severity) return SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
  if (a.exploited !== b.exploited) return a.exploited ? -1 : 1;
  if ((a.score ?? 0) !== (b.score ?? 0)) return (b.score ?? 0) - (a.score ?? 0);
  const [left, right] = [`${a.name} ${a.id}`, `${b.name} ${b.id}`];
  return left < right ? -1 : left > right ? 1 : 0;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
