// What is in a store, for people and for programs that watch over it.

import type { ListFacts, PartFacts, SourceFacts } from "./manifest.ts";
import type { AdvisoryStore } from "./store.ts";

/** The store at a moment. */
export interface StoreStatus {
  readonly path: string;
  readonly digest: string;
  readonly made: string;
  /** Date of the oldest source, ISO 8601; undefined in a store of lists only. */
  readonly date: string | undefined;
  readonly ageDays: number | undefined;
  /** True when a key of the site has signed it; undefined where the site has no keys. */
  readonly signed: boolean | undefined;
  readonly records: number;
  readonly sources: readonly SourceFacts[];
  readonly parts: readonly PartFacts[];
  readonly lists: readonly ListFacts[];
}

const DAY = 86_400_000;

/** What an open store holds; a store that was opened with keys is signed by one of them. */
export function storeStatus({ root, digest, manifest }: AdvisoryStore, now: Date, signed: boolean): StoreStatus {
  const { made, sources, parts, lists } = manifest;
  const date = sources.map((source) => source.date).sort()[0];
  return {
    ...{ path: root, digest, made, date, sources, parts, lists },
    ageDays: date === undefined ? undefined : Math.max(0, Math.floor((now.getTime() - Date.parse(date)) / DAY)),
    signed: signed ? true : undefined,
    records: parts.reduce((sum, { records }) => sum + records, 0),
  };
}

/** The same in lines. */
export function statusText(status: StoreStatus): string {
  const { path, digest, records, parts, sources, lists, ageDays, signed } = status;
  const head = [
    ["Store", path],
    ["Digest", digest],
    ["Signed", signed === true ? "by a key of the site" : "not asked for"],
    ["Age", ageDays === undefined ? "nothing in it has a date" : `${ageDays} days`],
    ["Advisories", `${records} of ${parts.length} ecosystems and releases`],
  ].map(([name = "", value = ""]) => `${`${name}:`.padEnd(13)}${value}\n`);
  const bySource = sources.map(({ name, date, from }) => {
    const own = parts.filter(({ ecosystem }) => ecosystem === name || ecosystem.startsWith(`${name}:`));
    const releases = own.map(({ ecosystem, records: count }) => `    ${ecosystem}: ${count}\n`).join("");
    return `  ${name} of ${date.slice(0, 10)}, from ${from}\n${releases}`;
  });
  const others = lists.map(({ name, entries, date }) => `  ${name} of ${date.slice(0, 10)}: ${entries} entries\n`);
  return [...head, ...bySource, ...others].map(printable).join("");
}

// A set that came from elsewhere says of itself what it likes; it must not move the cursor.
function printable(lines: string): string {
  return lines.replaceAll(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/g, "?");
}
