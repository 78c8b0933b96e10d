// The packages of a catalogue, to be found again under the names that other engines have for them.

import type { Catalogue, Package } from "../../audit/types.ts";
import type { Candidate } from "../match/candidate.ts";
import { purlKey } from "../match/purl.ts";
import { subjectOf } from "../match/subject.ts";

/** Finds the package that an engine means. */
export interface Installed {
  find(purl: string | undefined, name: string, version: string): Package | undefined;
}

/** An index of a catalogue. */
export function installedIn({ packages }: Catalogue): Installed {
  const byPurl = new Map(packages.map((one) => [purlKey(one.purl), one]));
  const byName = new Map(packages.map((one) => [plainKey(one.name, one.version), one]));
  return {
    find: (purl, name, version) =>
      (purl === undefined ? undefined : byPurl.get(purlKey(purl))) ?? byName.get(plainKey(name, version)),
  };
}

/** Where a candidate belongs: to the package of the catalogue, or, when only the engine has seen it, to itself. */
export function placeOf(
  installed: Installed,
  purl: string | undefined,
  name: string,
  version: string,
): Pick<Candidate, "purl" | "name" | "installed" | "evidence" | "layer"> {
  const known = installed.find(purl, name, version);
  if (!known)
    return {
      purl: purl ?? `pkg:generic/${encoded(name)}@${encoded(version)}`,
      name,
      installed: version,
    };
  return { purl: known.purl, ...subjectOf(known), evidence: known.evidence, layer: known.layer };
}

// Half a character, which JSON can hold, is in no address.
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

function plainKey(name: string, version: string): string {
  return `${name.toLowerCase()} ${version.replace(/^(?:v|0:)/, "")}`;
}
