// An image holds what its lock file says: PKG025.

import type { Package } from "../../../audit/types.ts";
import { listed } from "../../message.ts";
import { practice } from "../../practice.ts";
import { unknown } from "../../rule.ts";

export const LOCK_DRIFT = practice({
  id: "PKG025",
  title: "An image holds what its lock file says",
  severity: "warning",
  class: "optional",
  certainty: "certain",
  message: "{count} packages differ from the lock file: {examples}",
  hint: "install from the lock file (conda-lock, pip --require-hashes, renv::restore), or renew it",
  why: "A lock file that the image does not follow says nothing of what an analysis ran with.",
  source: "N2.2",
  peers: [],
  checks: {
    image: ({ image: { catalogue }, facts: { locked } }) => {
      if (!locked) return unknown("nobody gave the recipe's lock file");
      if (!catalogue) return unknown("nobody read the image's packages");
      const versions = installedVersions(catalogue.packages);
      const differing = [...locked].flatMap(([key, wanted]) => {
        const installed = versions.get(normalKey(key));
        if (installed?.has(wanted)) return [];
        const name = key.slice(key.indexOf(":") + 1);
        return [`${name} ${wanted} (${installed ? [...installed].join(", ") : "missing"})`];
      });
      if (differing.length === 0) return undefined;
      const more = differing.length > 3 ? [`${differing.length - 3} more`] : [];
      return { fields: { count: differing.length, examples: listed([...differing.slice(0, 3), ...more]) } };
    },
  },
  passes: [
    {
      shows: "equal",
      image: { catalogue: catalogueOf("2.1.0") },
      facts: { locked: new Map([["pypi:numpy", "2.1.0"]]) },
    },
    {
      shows: "spelled otherwise",
      image: { catalogue: catalogueOf("2.1.0") },
      facts: { locked: new Map([["pypi:NumPy", "2.1.0"]]) },
    },
  ],
  fails: [
    {
      shows: "another version",
      image: { catalogue: catalogueOf("2.2.1") },
      facts: { locked: new Map([["pypi:numpy", "2.1.0"]]) },
      expect: { says: "numpy 2.1.0 (2.2.1)" },
    },
    {
      shows: "not there",
      image: { catalogue: catalogueOf("2.1.0") },
      facts: { locked: new Map([["pypi:scipy", "1.14.0"]]) },
      expect: { says: "scipy 1.14.0 (missing)" },
    },
    { shows: "no lock file", image: {}, expect: { certainty: "unknown" } },
  ],
});

function installedVersions(packages: readonly Package[]): ReadonlyMap<string, ReadonlySet<string>> {
  const versions = new Map<string, Set<string>>();
  for (const { ecosystem, name, version } of packages) {
    const key = normalKey(`${ecosystem}:${name}`);
    versions.set(key, (versions.get(key) ?? new Set()).add(version));
  }
  return versions;
}

// Python's index takes `A_b`, `a-b` and `a.b` for one name.
function normalKey(key: string): string {
  return key.startsWith("pypi:") ? key.toLowerCase().replace(/[-_.]+/g, "-") : key;
}

function catalogueOf(version: string) {
  const numpy: Package = {
    purl: `pkg:pypi/numpy@${version}`,
    ecosystem: "pypi",
    name: "numpy",
    version,
    evidence: "usr/lib/python3/numpy.dist-info/METADATA",
  };
  return { distribution: undefined, packages: [numpy], gaps: [] };
}
