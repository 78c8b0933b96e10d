// Under which OSV ecosystem and name the advisories of a package are found: by the image's distribution for system packages,
// by the package manager for the rest. Packages of other makers than the distribution are never looked up in its advisories.

import { isOfDistribution } from "../../audit/packages/third-party.ts";
import type { Catalogue, Distribution, Ecosystem, Package } from "../../audit/types.ts";
import { packageKey } from "../store/advisory.ts";
import type { MatchCertainty } from "../types.ts";
import { upstreamOfConda } from "./conda-names.ts";

/** A question to the store. */
export interface Question {
  /** OSV name with release. */
  readonly ecosystem: string;
  readonly name: string;
  /** In the form of that ecosystem. */
  readonly version: string;
  /** At best. */
  readonly certainty: MatchCertainty;
}

/** Why there is no question. */
export type NoQuestion = "noSource" | "thirdParty";

/** Questions that a package gives; several where a distribution's advisories are cut into parts. */
export function questionsOf(
  one: Package,
  distribution: Distribution | undefined,
  available: readonly string[],
): readonly Question[] | NoQuestion {
  switch (one.ecosystem) {
    case "deb":
    case "rpm":
    case "apk":
      return systemQuestions(one, distribution, available);
    case "conda":
      return upstreamOfConda(one).map((upstream) => ({
        ...upstream,
        name: packageKey(upstream.ecosystem, upstream.name),
      }));
    case "spack":
    case "easybuild":
      return "noSource";
    default:
      return [{ ...languageQuestion(one), certainty: "certain" }];
  }
}

const LANGUAGES: Readonly<Record<string, string>> = {
  pypi: "PyPI",
  cran: "CRAN",
  npm: "npm",
  golang: "Go",
  cargo: "crates.io",
  maven: "Maven",
  gem: "RubyGems",
  julia: "Julia",
};

function languageQuestion({ ecosystem, name, version, origin }: Package): Omit<Question, "certainty"> {
  const family = origin === "Bioconductor" ? origin : (LANGUAGES[ecosystem] ?? ecosystem);
  if (family !== "Go") return { ecosystem: family, name: packageKey(family, name), version };
  // The standard library's version is the compiler's: `go1.22.1`.
  return { ecosystem: family, name, version: version.replace(/^go(?=\d)/, "") };
}

function systemQuestions(
  one: Package,
  distribution: Distribution | undefined,
  available: readonly string[],
): readonly Question[] | NoQuestion {
  if (!distribution) return "noSource";
  const family = FAMILIES.find(({ ids, kind }) => kind === one.ecosystem && ids.includes(distribution.id));
  // Debian's unstable and its like have no number.
  if (!family || (distribution.version === undefined && !ROLLING.includes(distribution.id))) return "noSource";
  if (!isOfDistribution(one, distribution)) return "thirdParty";
  const ecosystems = family.ecosystems(distribution, available);
  return ecosystems.flatMap((ecosystem) =>
    namesOf(one, family.by).map(({ name, version }) => ({
      ecosystem,
      name,
      version,
      certainty: family.certainty ?? "certain",
    })),
  );
}

/** The distribution, when none of its packages can be looked up: no advisories are known for it. */
export function uncoveredSystem({ distribution, packages }: Catalogue): string | undefined {
  const own = packages.filter(({ ecosystem }) => SYSTEM.has(ecosystem));
  if (own.length === 0 || !own.every((one) => systemQuestions(one, distribution, []) === "noSource")) return undefined;
  if (!distribution) return "an unknown distribution";
  return [distribution.id, distribution.version].filter((word) => word !== undefined).join(" ");
}

const SYSTEM: ReadonlySet<Ecosystem> = new Set(["deb", "rpm", "apk"]);

function namesOf(one: Package, by: "source" | "both"): readonly { readonly name: string; readonly version: string }[] {
  const binary = { name: one.name, version: one.version };
  if (by === "source") return [one.source ? { ...one.source, version: one.source.version || one.version } : binary];
  // The name of a source rpm has no epoch; what was built from it has.
  const source = { name: one.source?.name ?? one.name, version: one.version };
  return source.name === binary.name ? [binary] : [binary, source];
}

interface Family {
  readonly kind: "deb" | "rpm" | "apk";
  /** Of `/etc/os-release`. */
  readonly ids: readonly string[];
  readonly by: "source" | "both";
  /** The OSV names for a release; those that exist are used, else the first is what is missing. */
  readonly ecosystems: (distribution: Distribution, available: readonly string[]) => readonly string[];
  /** Left out: certain. */
  readonly certainty?: MatchCertainty;
}

const ROLLING = ["wolfi", "chainguard", "opensuse-tumbleweed"];

const FAMILIES: readonly Family[] = [
  {
    kind: "deb",
    ids: ["debian"],
    by: "source",
    ecosystems: ({ version }) => [`Debian:${major(version)}`],
  },
  {
    kind: "deb",
    ids: ["ubuntu"],
    by: "source",
    ecosystems: ({ version }, available) => firstThere(available, [`Ubuntu:${version}:LTS`, `Ubuntu:${version}`]),
  },
  {
    kind: "apk",
    ids: ["alpine"],
    by: "source",
    ecosystems: ({ version }) => [`Alpine:v${(version ?? "").split(".").slice(0, 2).join(".")}`],
  },
  { kind: "apk", ids: ["wolfi"], by: "source", ecosystems: () => ["Wolfi"] },
  { kind: "apk", ids: ["chainguard"], by: "source", ecosystems: () => ["Chainguard"] },
  { kind: "rpm", ids: ["rocky"], by: "both", ecosystems: ({ version }) => [`Rocky Linux:${major(version)}`] },
  { kind: "rpm", ids: ["almalinux"], by: "both", ecosystems: ({ version }) => [`AlmaLinux:${major(version)}`] },
  {
    kind: "rpm",
    ids: ["rhel"],
    by: "both",
    ecosystems: ({ version }, available) => redHat(major(version), available),
  },
  // Rebuilt from the same sources with the same versions, but nobody vouches for that.
  {
    kind: "rpm",
    ids: ["centos"],
    by: "both",
    ecosystems: ({ version }, available) => redHat(major(version), available),
    certainty: "likely",
  },
  {
    kind: "rpm",
    ids: ["opensuse-leap", "opensuse-tumbleweed"],
    by: "both",
    ecosystems: ({ id, version }, available) =>
      firstThere(
        available,
        id === "opensuse-tumbleweed"
          ? ["openSUSE:Tumbleweed"]
          : [`openSUSE:Leap ${version}`, `openSUSE:Leap:${version}`],
      ),
  },
  {
    kind: "rpm",
    ids: ["sles", "sled", "sle_hpc"],
    by: "both",
    ecosystems: ({ version }, available) => suse(version, available),
  },
];

// `Red Hat:enterprise_linux:9::baseos`, `…::appstream`: all parts of the release.
function redHat(release: string, available: readonly string[]): readonly string[] {
  const start = `Red Hat:enterprise_linux:${release}`;
  const found = available.filter((one) => one === start || one.startsWith(`${start}:`) || one.startsWith(`${start}.`));
  return found.length > 0 ? found : [start];
}

function suse(version: string | undefined, available: readonly string[]): readonly string[] {
  const [number, pack] = (version ?? "").split(".");
  const words = pack === undefined || pack === "0" ? `${number}` : `${number} SP${pack}`;
  const found = available.filter((one) => one.startsWith("SUSE:") && one.endsWith(` ${words}`));
  return found.length > 0 ? found : [`SUSE:Linux Enterprise Server ${words}`];
}

function firstThere(available: readonly string[], names: readonly string[]): readonly string[] {
  return [names.find((name) => available.includes(name)) ?? names[0] ?? ""];
}

function major(version: string | undefined): string {
  return (version ?? "").split(".")[0] ?? "";
}
