// VEX statements and waivers over the flaws that were found. Nothing is removed: what does not count says why. Pure.

import { packageName, speaksOf } from "../match/purl.ts";
import type { Flaw, Suppression } from "../types.ts";
import type { VexStatement } from "./vex.ts";
import { type FlawWaiver, isCurrent } from "./waivers.ts";

export interface Judgements {
  /** Later ones count more. */
  readonly vex: readonly VexStatement[];
  readonly waivers: readonly FlawWaiver[];
  readonly now: Date;
  /** Digest of the image, where it is known. */
  readonly image?: string | undefined;
}

/** The flaws with what is said of them. */
export function applyJudgements(flaws: readonly Flaw[], judgements: Judgements): readonly Flaw[] {
  const vex = byName(judgements.vex, ({ names }) => names);
  const waivers = byName(judgements.waivers, ({ id }) => [id]);
  return flaws.map((flaw) => {
    const names = [flaw.id, ...flaw.aliases];
    const said = latest(names, vex, (one) => holdsFor(one, flaw, judgements.image));
    if (said?.status === "not_affected" || said?.status === "fixed") return { ...flaw, suppressed: fromVex(said) };
    const waiver = latest(names, waivers, (one) => covers(one, flaw, judgements));
    const state = said?.status === "under_investigation" ? { state: "under-investigation" as const } : {};
    return { ...flaw, ...state, ...(waiver ? { suppressed: fromWaiver(waiver) } : {}) };
  });
}

/** Waivers that would have covered a flaw but are past their end. */
export function expiredWaivers(
  flaws: readonly Flaw[],
  { waivers, now }: Pick<Judgements, "waivers" | "now">,
): readonly FlawWaiver[] {
  const names = new Set(flaws.flatMap(({ id, aliases }) => [id, ...aliases]).map(nameKey));
  return waivers.filter((waiver) => names.has(nameKey(waiver.id)) && !isCurrent(waiver, now));
}

/** What is said under each name, and where among all that is said it stands. */
type Said<T> = ReadonlyMap<string, readonly (readonly [place: number, entry: T])[]>;

function byName<T>(entries: readonly T[], namesOf: (entry: T) => readonly string[]): Said<T> {
  const found = new Map<string, (readonly [number, T])[]>();
  for (const [place, entry] of entries.entries()) {
    for (const key of new Set(namesOf(entry).map(nameKey))) {
      const same = found.get(key);
      if (same) same.push([place, entry]);
      else found.set(key, [[place, entry]]);
    }
  }
  return found;
}

// Capitals say nothing in the names of flaws.
function nameKey(name: string): string {
  return name.toUpperCase();
}

// By whichever name of the flaw it is said.
function latest<T>(names: readonly string[], said: Said<T>, holds: (entry: T) => boolean): T | undefined {
  let last: readonly [place: number, entry: T] | undefined;
  for (const name of new Set(names.map(nameKey))) {
    const one = said.get(name)?.findLast(([, entry]) => holds(entry));
    if (one && (!last || one[0] > last[0])) last = one;
  }
  return last?.[1];
}

// Of all the packages that share a flaw, so that none is silenced by what is said of another.
function holdsFor({ packages, images, status }: VexStatement, { purls }: Flaw, image: string | undefined): boolean {
  if (images.length > 0 && (image === undefined || !images.includes(image))) return false;
  // That a package was mended says nothing of the version at hand, unless its version or the image is named.
  const named = status === "fixed" && images.length === 0 ? packages.filter(hasVersion) : packages;
  return packages.length === 0 || purls.every((purl) => named.some((said) => speaksOf(said, purl)));
}

function hasVersion(purl: string): boolean {
  return (packageName(purl)?.version ?? "") !== "";
}

function covers(waiver: FlawWaiver, flaw: Flaw, { now, image }: Judgements): boolean {
  if (!isCurrent(waiver, now)) return false;
  if (waiver.image !== undefined && waiver.image !== image) return false;
  const { package: wanted } = waiver;
  if (wanted === undefined || wanted === flaw.name) return true;
  return wanted.startsWith("pkg:") && flaw.purls.every((purl) => speaksOf(wanted, purl));
}

function fromVex({ reason, author, source }: VexStatement): Suppression {
  return { by: "vex", reason, ...(author === undefined ? {} : { owner: author }), source };
}

function fromWaiver({ reason, owner, until, source }: FlawWaiver): Suppression {
  return { by: "waiver", reason, owner, until, source };
}
