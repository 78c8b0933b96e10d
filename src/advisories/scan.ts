// A scan for known flaws from beginning to end: the store's answers, those of other engines, the list of exploited flaws, and
// what makers and the site say of them. The clock is given.

import type { Catalogue } from "../audit/types.ts";
import { endOfLifeOf, readEndOfLife } from "./end-of-life.ts";
import { applyJudgements, type Judgements } from "./judge/apply.ts";
import type { Candidate } from "./match/candidate.ts";
import { questionsOf, uncoveredSystem } from "./match/ecosystems.ts";
import { type Matches, matchCatalogue } from "./match/match.ts";
import { mergeCandidates, OWN_ENGINE } from "./match/merge.ts";
import type { AdvisoryStore } from "./store/store.ts";
import { readSupport, supportOf } from "./store/support.ts";
import type { DatabaseFacts, EngineFacts, ScanReport, UnsupportedPackage } from "./types.ts";

/** What another engine has found. */
export interface EngineResult {
  readonly facts: EngineFacts;
  readonly candidates: readonly Candidate[];
}

export interface ScanOptions extends Omit<Judgements, "vex" | "waivers"> {
  /** Undefined: only other engines look. */
  readonly store: AdvisoryStore | undefined;
  readonly vex?: Judgements["vex"] | undefined;
  readonly waivers?: Judgements["waivers"] | undefined;
  readonly engines?: readonly EngineResult[] | undefined;
  /** Ask by name, too, of what nobody publishes advisories for. */
  readonly possible?: boolean | undefined;
  /** Of this berth. */
  readonly version: string;
  readonly signal?: AbortSignal | undefined;
}

const DAY = 86_400_000;

/** Looks for known flaws in everything that is installed. @throws E_ADVISORY_DAMAGED */
export async function scanCatalogue(catalogue: Catalogue, options: ScanOptions): Promise<ScanReport> {
  const { store, now, signal, engines = [], vex = [], waivers = [], image, possible = false } = options;
  const matches = store
    ? await matchCatalogue(catalogue, store, { signal, byName: possible })
    : nothingAsked(catalogue);
  const exploited = new Set(exploitedOf(await store?.list("exploited")));
  const found = mergeCandidates([...matches.candidates, ...engines.flatMap(({ candidates }) => candidates)], exploited);
  const judged = applyJudgements(found, { vex, waivers, now, image });
  const own: readonly EngineFacts[] = store ? [{ name: OWN_ENGINE, version: options.version }] : [];
  return {
    date: now.toISOString(),
    database: databaseFacts(store, matches, now),
    engines: [...own, ...engines.map(({ facts }) => facts)],
    flaws: judged.filter(({ certainty }) => certainty !== "possible"),
    ...(possible ? { possible: judged.filter(({ certainty }) => certainty === "possible") } : {}),
    unsupported: unsupportedIn(catalogue, await store?.list("support")),
    packages: catalogue.packages.length,
    unmatched: matches.unmatched,
    uncovered:
      store && !engines.some(({ facts }) => facts.failure === undefined) ? uncoveredSystem(catalogue) : undefined,
    supportEnds: endOfLifeOf(catalogue.distribution, readEndOfLife(await store?.list("end-of-life"))),
    gaps: catalogue.gaps.map(({ path, why }) => `${path}: ${why}`),
  };
}

function nothingAsked({ packages }: Catalogue): Matches {
  const unmatched = { noSource: 0, notInStore: packages.length, thirdParty: 0, unreadableVersion: 0 };
  return { candidates: [], unmatched, ecosystems: [], missing: [] };
}

function databaseFacts(store: AdvisoryStore | undefined, { ecosystems, missing }: Matches, now: Date): DatabaseFacts {
  const families = new Set(ecosystems.map((ecosystem) => ecosystem.split(":", 1)[0]));
  const sources = (store?.manifest.sources ?? []).filter(({ name }) => families.size === 0 || families.has(name));
  const date = sources.map((source) => source.date).sort()[0];
  const ageDays = date === undefined ? undefined : Math.max(0, Math.floor((now.getTime() - Date.parse(date)) / DAY));
  return { date, digest: store?.digest, ageDays, ecosystems, missing };
}

function exploitedOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

function unsupportedIn({ packages, distribution }: Catalogue, stored: unknown): readonly UnsupportedPackage[] {
  const entries = readSupport(stored);
  if (entries.length === 0) return [];
  return packages.flatMap((one): readonly UnsupportedPackage[] => {
    if (one.ecosystem !== "deb") return [];
    const questions = questionsOf(one, distribution, []);
    const question = typeof questions === "string" ? undefined : questions[0];
    const entry = question && supportOf(entries, question.ecosystem, question.name);
    if (!entry) return [];
    const { kind, since, note } = entry;
    return [{ purl: one.purl, name: question.name, kind, ...(since === undefined ? {} : { since }), note }];
  });
}
