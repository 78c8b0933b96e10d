// Which way of comparing versions belongs to which ecosystem, by the first part of its OSV name (`Debian` of `Debian:12`).

import { compareApk } from "./apk.ts";
import { compareConda } from "./conda.ts";
import { compareCran } from "./cran.ts";
import { compareDpkg } from "./dpkg.ts";
import { compareGem } from "./gem.ts";
import { compareMaven } from "./maven.ts";
import type { Comparer, Order } from "./order.ts";
import { comparePep440 } from "./pep440.ts";
import { compareRpm } from "./rpm.ts";
import { compareSemver } from "./semver.ts";
import { compareTag } from "./tag.ts";

const BY_COMPARER: readonly (readonly [Comparer, readonly string[]])[] = [
  [compareDpkg, ["Debian", "Ubuntu", "Echo"]],
  [compareApk, ["Alpine", "Wolfi", "Chainguard", "Alpaquita", "MinimOS", "BellSoft Hardened Containers"]],
  [compareRpm, ["Red Hat", "AlmaLinux", "Rocky Linux", "SUSE", "openSUSE", "openEuler", "Mageia", "Azure Linux"]],
  [comparePep440, ["PyPI"]],
  [compareCran, ["CRAN"]],
  [compareMaven, ["Maven"]],
  [compareGem, ["RubyGems"]],
  [compareConda, ["conda"]],
  [compareTag, ["OSS-Fuzz"]],
  [compareSemver, ["npm", "Go", "crates.io", "Julia", "Bioconductor", "Hex", "ConanCenter", "Bitnami", "GHC"]],
];
const COMPARERS: ReadonlyMap<string, Comparer> = new Map(
  BY_COMPARER.flatMap(([comparer, names]) => names.map((name) => [name, comparer] as const)),
);

/** The comparer of an OSV ecosystem, with or without its release; undefined for one that is not known. */
export function comparerOf(ecosystem: string): Comparer | undefined {
  return COMPARERS.get(ecosystem.split(":", 1)[0] ?? "");
}

/** Order of two versions of an OSV ecosystem; undefined when one of them, or the ecosystem, cannot be read. */
export function compareVersions(ecosystem: string, a: string, b: string): Order | undefined {
  return comparerOf(ecosystem)?.(a, b);
}
