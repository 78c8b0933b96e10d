// All packages of a catalogue against the store. Answers candidates and what nothing could be said about.

import type { Catalogue, Ecosystem, Package } from "../../audit/types.ts";
import type { Advisory } from "../store/advisory.ts";
import type { AdvisoryStore } from "../store/store.ts";
import type { MatchCertainty, UnmatchedCounts } from "../types.ts";
import { comparerOf } from "../versions/index.ts";
import { maybeAffected, questionsByName } from "./by-name.ts";
import { type Candidate, flawNames } from "./candidate.ts";
import { type Question, questionsOf } from "./ecosystems.ts";
import { evaluate } from "./evaluate.ts";
import { OWN_ENGINE } from "./merge.ts";
import { subjectOf } from "./subject.ts";

/** What the store says of a catalogue. */
export interface Matches {
  readonly candidates: readonly Candidate[];
  readonly unmatched: UnmatchedCounts;
  /** Parts of the store that were asked. */
  readonly ecosystems: readonly string[];
  /** Parts that were needed and are not there. */
  readonly missing: readonly string[];
}

interface Asked {
  readonly one: Package;
  readonly questions: readonly Question[];
}

export interface MatchOptions {
  /** Ask by name, too, of what nobody publishes advisories for. */
  readonly byName?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Looks every package up. @throws E_ADVISORY_DAMAGED */
export async function matchCatalogue(
  catalogue: Catalogue,
  store: AdvisoryStore,
  { byName = false, signal }: MatchOptions = {},
): Promise<Matches> {
  const available = store.manifest.parts.map(({ ecosystem }) => ecosystem);
  const unmatched = { noSource: 0, notInStore: 0, thirdParty: 0, unreadableVersion: 0 };
  const asked: Asked[] = [];
  for (const one of catalogue.packages) {
    const questions = questionsOf(one, catalogue.distribution, available);
    if (typeof questions === "string") unmatched[questions] += 1;
    else if (questions.length === 0) unmatched.noSource += 1;
    else if (!questions.some(({ ecosystem }) => available.includes(ecosystem))) unmatched.notInStore += 1;
    if (typeof questions !== "string" && questions.some((question) => !isReadable(question)))
      unmatched.unreadableVersion += 1;
    if (typeof questions !== "string" && questions.length > 0) asked.push({ one, questions });
    else if (byName && ASKED_BY_NAME.has(one.ecosystem))
      asked.push({ one, questions: questionsByName(one, available) });
  }
  const found = await lookUp(asked, available, store, signal);
  const candidates = asked.flatMap(({ one, questions }) =>
    questions.flatMap((question) =>
      (found.get(question.ecosystem)?.get(question.name) ?? []).flatMap((advisory) => judge(one, question, advisory)),
    ),
  );
  // What was asked by name only says nothing of what the set covers, nor of how old its answers are.
  const exact = asked.flatMap(({ questions }) => questions.filter(({ certainty }) => certainty !== "possible"));
  const needed = [...new Set(exact.map(({ ecosystem }) => ecosystem))].sort();
  return {
    candidates,
    unmatched,
    ecosystems: needed.filter((ecosystem) => available.includes(ecosystem)),
    missing: needed.filter((ecosystem) => !available.includes(ecosystem)),
  };
}

/** Distributions' packages have advisories of their own, or none that a name could stand for. */
const ASKED_BY_NAME: ReadonlySet<Ecosystem> = new Set(["spack", "easybuild", "conda"]);

function isReadable({ ecosystem, version }: Question): boolean {
  return comparerOf(ecosystem)?.(version, version) !== undefined;
}

type Found = ReadonlyMap<string, ReadonlyMap<string, readonly Advisory[]>>;

async function lookUp(
  asked: readonly Asked[],
  available: readonly string[],
  store: AdvisoryStore,
  signal: AbortSignal | undefined,
): Promise<Found> {
  const names = new Map<string, Set<string>>();
  for (const { questions } of asked)
    for (const { ecosystem, name } of questions) names.set(ecosystem, (names.get(ecosystem) ?? new Set()).add(name));
  const found = new Map<string, ReadonlyMap<string, readonly Advisory[]>>();
  for (const [ecosystem, wanted] of names)
    if (available.includes(ecosystem)) found.set(ecosystem, await store.find(ecosystem, wanted, signal));
  return found;
}

function judge(one: Package, question: Question, advisory: Advisory): readonly Candidate[] {
  const judged = question.certainty === "possible" ? maybeAffected : evaluate;
  const verdict = judged(advisory, question.ecosystem, question.version);
  if (!verdict) return [];
  const certainty: MatchCertainty = verdict.sure ? question.certainty : "likely";
  const { severity, score, vector, summary } = advisory;
  const facts = {
    ...{ purl: one.purl, ...subjectOf(one), ecosystem: question.ecosystem },
    ...{ fixed: verdict.fixed, severity, score, vector, summary, certainty, foundBy: OWN_ENGINE },
    state: verdict.fixed === undefined ? (advisory.state ?? "affected") : "fixed",
    ...{ evidence: one.evidence, layer: one.layer },
  } as const;
  return flawNames(advisory.id, advisory.aliases).map((names) => ({ ...names, ...facts }));
}
