// Packages for which nobody publishes advisories (Spack, EasyBuild, C libraries of conda), looked up by name where others speak of
// the same software: OSS-Fuzz, Bitnami, ConanCenter, and the newest release of a distribution by its upstream versions. What is
// found is possible and no more: names may be of different projects, and a distribution's fix may be a patch of its own.

import type { Package } from "../../audit/types.ts";
import { type Advisory, packageKey } from "../store/advisory.ts";
import { compareDpkg } from "../versions/dpkg.ts";
import { comparerOf } from "../versions/index.ts";
import type { Comparer } from "../versions/order.ts";
import type { Question } from "./ecosystems.ts";
import type { Verdict } from "./evaluate.ts";
import { inRange } from "./range.ts";

/** Whose names are projects' own, with versions as they publish them. */
const PROJECTS = ["OSS-Fuzz", "Bitnami", "ConanCenter"];
/** Of these, the newest release in the store: it is nearest to what projects publish. */
const DISTRIBUTIONS = ["Debian", "Alpine", "Wolfi"];

/** What the same software is called elsewhere. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  "libjpeg-turbo": ["libjpeg"],
  libcurl: ["curl"],
  libpng: ["libpng1.6"],
  libsqlite: ["sqlite", "sqlite3"],
  libtiff: ["tiff"],
  "netcdf-c": ["netcdf"],
  openjpeg: ["openjpeg2"],
  postgresql: ["postgresql-17", "postgresql-15"],
  python: ["cpython3", "python3"],
  sqlite: ["sqlite3"],
  tiff: ["libtiff"],
  xz: ["xz-utils"],
};
/** EasyBuild's names of what PyPI has. */
const PYTHON: Readonly<Record<string, string>> = { jax: "jax", pytorch: "torch", tensorflow: "tensorflow" };

/** Questions that only a name connects with the package; none where the store has nothing to ask. */
export function questionsByName(one: Package, available: readonly string[]): readonly Question[] {
  const { ecosystem, version } = one;
  const name = one.name.toLowerCase();
  const ask = (family: string, called: string): readonly Question[] =>
    available.includes(family)
      ? [{ ecosystem: family, name: packageKey(family, called), version, certainty: "possible" }]
      : [];
  const [, language, rest = ""] = (ecosystem === "spack" ? /^(py|r)-(.+)$/.exec(name) : null) ?? [];
  if (language !== undefined) return ask(language === "py" ? "PyPI" : "CRAN", rest);
  if (ecosystem === "easybuild" && Object.hasOwn(PYTHON, name)) return ask("PyPI", PYTHON[name] ?? "");
  const names = [name, ...(Object.hasOwn(OTHER_NAMES, name) ? (OTHER_NAMES[name] ?? []) : [])];
  const families = [...PROJECTS, ...DISTRIBUTIONS.map((family) => newestOf(family, available))];
  return families.flatMap((family) => names.flatMap((called) => ask(family, called)));
}

function newestOf(family: string, available: readonly string[]): string {
  const releases = available.filter((one) => one === family || one.startsWith(`${family}:`));
  return releases.sort((a, b) => compareDpkg(numberOf(b), numberOf(a)) ?? 0)[0] ?? family;
}

function numberOf(ecosystem: string): string {
  return /\d[\d.]*/.exec(ecosystem)?.[0] ?? "0";
}

/** What an advisory of a namesake says; undefined also where versions cannot be compared. */
export function maybeAffected(advisory: Advisory, ecosystem: string, version: string): Verdict | undefined {
  const family = ecosystem.split(":", 1)[0] ?? "";
  const packaged = DISTRIBUTIONS.includes(family);
  const compare: Comparer = packaged
    ? (a, b) => compareDpkg(upstreamOf(a), upstreamOf(b))
    : (comparerOf(ecosystem) ?? (() => undefined));
  // Where a distribution has no fix, nothing says which versions of the project have the flaw.
  const ranges = advisory.ranges.filter((events) => !packaged || events.some(([kind]) => kind !== "introduced"));
  const inside = ranges.map((events) => inRange(version, events, compare)).find((one) => one.inside === true);
  if (inside) {
    const fixed = inside.fixed !== undefined && packaged ? upstreamOf(inside.fixed) : inside.fixed;
    return { fixed, sure: true };
  }
  const listed = !packaged && advisory.versions.some((one) => one === version || compare(one, version) === 0);
  return listed ? { sure: true } : undefined;
}

// Without epoch, revision, and what packagers add to say that they changed the sources.
function upstreamOf(version: string): string {
  return version
    .replace(/^\d+:/, "")
    .replace(/-[^-]*$/, "")
    .replace(/[+~.](?:dfsg|ds|really|repack|deb\d|ubuntu).*$/, "");
}
