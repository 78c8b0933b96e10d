// From records to the indexes of a draft: what an import and an update have in common.

import { fail } from "../errors.ts";
import { type Draft, familyOf } from "./generation.ts";
import { HomeFamilies } from "./home-families.ts";
import type { PartFacts, SourceFacts } from "./manifest.ts";
import { advisoriesOf } from "./osv-record.ts";
import type { FoundRecord } from "./osv-source.ts";
import { PartWriter } from "./part-writer.ts";

/** What was taken over. */
export interface Taken {
  readonly sources: readonly SourceFacts[];
  readonly parts: readonly PartFacts[];
}

export interface TakeOver {
  /** Address or path that the sources are said to come from. */
  readonly from: string;
  /** When the source was made; the newest change of a record unless known. */
  readonly date?: string | undefined;
  readonly etag?: string | undefined;
  readonly sha256?: string | undefined;
  /** Ecosystems, with or without release, that are wanted; all unless said. */
  readonly wanted?: readonly string[] | undefined;
  readonly now: Date;
  readonly signal?: AbortSignal | undefined;
}

/** As much as a manifest holds of an address, in characters. */
const MAX_WORDS = 2000;

/** Writes indexes of the records. @throws E_ADVISORY_SOURCE when they hold nothing of use */
export async function takeOver(records: AsyncIterable<FoundRecord>, draft: Draft, how: TakeOver): Promise<Taken> {
  const writer = new PartWriter(draft.folder);
  const wanted = how.wanted && new Set(how.wanted);
  const isWanted = (name: string) => !wanted || wanted.has(name) || wanted.has(familyOf(name));
  let [good, bad, newest] = [0, 0, ""];
  const counts = new Map<string, number>();
  const homes = new HomeFamilies();
  try {
    for await (const { value, within } of records) {
      const advisories = advisoriesOf(value);
      if (advisories === undefined) bad += 1;
      else good += 1;
      homes.add(within, new Set((advisories ?? []).map(({ ecosystem }) => familyOf(ecosystem))));
      const taken = (advisories ?? []).filter(({ ecosystem }) => isWanted(ecosystem));
      for (const one of taken) {
        await writer.add(one);
        if (one.modified > newest) newest = one.modified;
      }
      for (const family of new Set(taken.map(({ ecosystem }) => familyOf(ecosystem))))
        counts.set(family, (counts.get(family) ?? 0) + 1);
    }
    // A file of something else must not empty a store.
    if (counts.size === 0 || bad > good) throw nothing(how, good, bad);
    // What was asked for by name is taken from wherever it stands.
    const own = wanted ? new Set(counts.keys()) : homes.families();
    for (const family of counts.keys()) if (!own.has(family)) counts.delete(family);
    const parts = await writer.finish(how.signal, (ecosystem) => own.has(familyOf(ecosystem)));
    return { parts, sources: sourcesOf(counts, bad, newest, how) };
  } finally {
    await writer.close();
  }
}

function sourcesOf(counts: ReadonlyMap<string, number>, bad: number, newest: string, how: TakeOver): SourceFacts[] {
  const { from, date, etag, sha256, now } = how;
  const common = {
    from: from.slice(0, MAX_WORDS),
    date: isoOf(date ?? newest, now),
    fetched: now.toISOString(),
    skipped: bad,
  };
  // A tag of that length is no tag: without one, the archive is fetched again.
  const version = {
    ...(etag === undefined || etag.length > MAX_WORDS ? {} : { etag }),
    ...(sha256 === undefined ? {} : { sha256 }),
  };
  return [...counts].map(([name, records]) => ({ name, ...common, ...version, records }));
}

// A date to come would keep what is old from ever looking so.
function isoOf(text: string, now: Date): string {
  const time = Date.parse(text);
  return new Date(Number.isNaN(time) ? 0 : Math.min(time, now.getTime())).toISOString();
}

function nothing({ from, wanted }: TakeOver, good: number, bad: number) {
  const why =
    bad > good ? `${bad} of ${good + bad} records are not in OSV's form` : "no record is about a known ecosystem";
  const hint = wanted ? `wanted were ${wanted.join(", ")}` : "name an all.zip of OSV, a record, or a folder of these";
  return fail("E_ADVISORY_SOURCE", { source: from, why, hint });
}
