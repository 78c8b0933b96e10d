// For tests: catalogues in a few words, and a store with the fixture advisories.

import { join } from "node:path";
import type { Catalogue, Distribution, Ecosystem, Package } from "../audit/types.ts";
import { importFile } from "./store/import.ts";
import type { AdvisoryStore } from "./store/store.ts";

/** The dated fixture set. */
export const FIXTURES = join(import.meta.dirname, "../../tests/advisories/fixtures");
/** Ten days after it was made. */
export const NOW = new Date("2026-07-11T00:00:00Z");

/** A distribution. */
export function distribution(id: string, version: string): Distribution {
  return { id, version, codename: undefined, like: [], name: undefined };
}

/** A package; `more` says what matters besides name and version. */
export function packageOf(ecosystem: Ecosystem, name: string, version: string, more: Partial<Package> = {}): Package {
  const purl = `pkg:${ecosystem}/${name}@${encodeURIComponent(version)}`;
  return { purl, ecosystem, name, version, evidence: "some/file", ...more };
}

/** A catalogue without gaps. */
export function catalogueOf(from: Distribution | undefined, packages: readonly Package[]): Catalogue {
  return { distribution: from, packages, gaps: [] };
}

/** A new store with all fixtures, the list of exploited flaws and the tables of support. */
export async function fixtureStore(root: string): Promise<AdvisoryStore> {
  const now = () => NOW;
  await importFile(root, join(FIXTURES, "osv"), { now });
  await importFile(root, join(FIXTURES, "exploited.json"), { now });
  await importFile(root, join(FIXTURES, "security-support-limited"), { now });
  return await importFile(root, join(FIXTURES, "security-support-ended.deb12"), { now });
}
