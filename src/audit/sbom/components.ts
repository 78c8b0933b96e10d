// From packages to the entries of a document: one for each package URL, with every place where it was found. Knows neither
// format.

import { PackageURL } from "packageurl-js";
import type { Catalogue, Package } from "../types.ts";

/** One entry. */
export interface BillComponent {
  /** Package URL with `upstream`, the package that it was built from, as other tools write it. */
  readonly purl: string;
  /** The first of the packages; they differ in places only. */
  readonly pkg: Package;
  readonly places: readonly Place[];
}

/** What says that it is there. */
export interface Place {
  readonly evidence: string;
  readonly layer: string | undefined;
}

const OF_DISTRIBUTIONS: ReadonlySet<string> = new Set(["deb", "rpm", "apk"]);

/** Entries in the order of the catalogue. */
export function componentsOf({ packages }: Catalogue): readonly BillComponent[] {
  const byUrl = new Map<string, { readonly pkg: Package; readonly places: Place[] }>();
  for (const pkg of packages) {
    const key = `${pkg.purl} ${pkg.origin ?? ""}`;
    const known = byUrl.get(key) ?? { pkg, places: [] };
    known.places.push({ evidence: pkg.evidence, layer: pkg.layer });
    byUrl.set(key, known);
  }
  return [...byUrl.values()].map(({ pkg, places }) => ({ purl: withUpstream(pkg), pkg, places }));
}

function withUpstream({ purl, ecosystem, source, name, version }: Package): string {
  if (!source || !OF_DISTRIBUTIONS.has(ecosystem) || (source.name === name && source.version === version)) return purl;
  const upstream = source.version === version ? source.name : `${source.name}@${source.version}`;
  try {
    const { type, namespace, name: own, version: of, qualifiers, subpath } = PackageURL.fromString(purl);
    return new PackageURL(type, namespace, own, of, { ...qualifiers, upstream }, subpath).toString();
  } catch {
    // A name that no package may have: what it was built from is told beside the URL too.
    return purl;
  }
}
