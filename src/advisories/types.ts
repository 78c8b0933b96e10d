// What a scan for known flaws says: plain data that is kept, shown, judged by practices and bound to an image's digest. Knows
// neither where advisories come from nor how versions compare.

/** How bad a flaw is; `unknown` where nobody has said. */
export type FlawSeverity = "critical" | "high" | "medium" | "low" | "none" | "unknown";

/**
 * What its maker does about a flaw: `affected` has no fix yet, `wont-fix` will get none, `end-of-life` neither because the
 * release is no longer kept, `under-investigation` is not yet known to matter. A VEX document may change it.
 */
export type FixState =
  | ("fixed" | "affected" | "wont-fix" | "end-of-life")
  | ("under-investigation" | "not-affected" | "unknown");

/**
 * How sure a match is: `certain` by an exact comparison of versions, `likely` where a version or a name could not be
 * compared exactly, `possible` by name only (Spack, EasyBuild, C libraries of conda; off unless asked for).
 */
export type MatchCertainty = "certain" | "likely" | "possible";

/** Why a flaw does not count although it is there. */
export interface Suppression {
  readonly by: "vex" | "waiver";
  /** The justification, or the reason, as written. */
  readonly reason: string;
  /** Who answers for it. */
  readonly owner?: string | undefined;
  /** Day after which it no longer holds, `2027-01-31`. */
  readonly until?: string | undefined;
  /** The file that says so. */
  readonly source: string;
}

/** One flaw in one installed thing: however many advisories and engines name it, it is one. */
export interface Flaw {
  /** The best known name of the group: CVE before GHSA before the distribution's own. */
  readonly id: string;
  /** All other names of the same flaw, sorted. */
  readonly aliases: readonly string[];
  /** Packages of the image that carry it, sorted: several where they come from one source package. */
  readonly purls: readonly string[];
  /** Name that the advisory matched by: the source package where distributions go by that. */
  readonly name: string;
  readonly installed: string;
  /** First version without the flaw; undefined when there is none. */
  readonly fixed?: string | undefined;
  readonly severity: FlawSeverity;
  /** CVSS base score, 0 to 10; undefined when none is known. */
  readonly score?: number | undefined;
  readonly vector?: string | undefined;
  readonly state: FixState;
  /** On the list of flaws that are used by attackers. */
  readonly exploited: boolean;
  readonly certainty: MatchCertainty;
  readonly summary: string;
  /** Paths in the image that say the packages are there. */
  readonly evidence: readonly string[];
  /** Layer that brought the first of them. */
  readonly layer?: string | undefined;
  /** Engines that found it, sorted: `berth`, `trivy`, `grype`, `osv-scanner`. */
  readonly foundBy: readonly string[];
  readonly suppressed?: Suppression | undefined;
}

/** The advisories that a scan was made with. */
export interface DatabaseFacts {
  /** When its oldest part in use was made at its source, ISO 8601; undefined where there is none. */
  readonly date: string | undefined;
  /** Digest of the store's manifest: the same digest gives the same answer. */
  readonly digest: string | undefined;
  /** Days between `date` and the scan. */
  readonly ageDays: number | undefined;
  /** OSV names of the parts that were looked into: `Debian:12`. */
  readonly ecosystems: readonly string[];
  /** Parts that packages of the image would have needed and the store has not. */
  readonly missing: readonly string[];
}

/** A program that looked for flaws. */
export interface EngineFacts {
  readonly name: string;
  readonly version: string | undefined;
  /** Why it gave nothing, when it failed. */
  readonly failure?: string | undefined;
}

/** Packages about which nothing could be said: never silently clean. */
export interface UnmatchedCounts {
  /** No advisories exist for their ecosystem (Spack, EasyBuild, Julia outside its registry). */
  readonly noSource: number;
  /** Advisories exist, but not in this store. */
  readonly notInStore: number;
  /** Of another maker than the distribution, whose advisories do not speak of them. */
  readonly thirdParty: number;
  /** Version that cannot be compared, so that no match could be ruled out or in. */
  readonly unreadableVersion: number;
}

/** A package whose distribution gives it no or limited security support. */
export interface UnsupportedPackage {
  readonly purl: string;
  /** Source package, as the distribution's table names it. */
  readonly name: string;
  readonly kind: "ended" | "limited";
  /** Day of the end, where there is one. */
  readonly since?: string | undefined;
  readonly note: string;
}

/** Everything that a scan says. */
export interface ScanReport {
  /** When it was made, ISO 8601. */
  readonly date: string;
  readonly database: DatabaseFacts;
  readonly engines: readonly EngineFacts[];
  /** Worst first; those that are suppressed too. */
  readonly flaws: readonly Flaw[];
  /** Found by name only, and never counted: worst first. Undefined: nobody asked for them. */
  readonly possible?: readonly Flaw[] | undefined;
  readonly unsupported: readonly UnsupportedPackage[];
  /** Packages that were looked at. */
  readonly packages: number;
  readonly unmatched: UnmatchedCounts;
  /** The distribution, when no source of advisories is known for it (`fedora 42`) and no other engine looked: its packages were not looked up. */
  readonly uncovered?: string | undefined;
  /** Day after which the distribution's release gets no free updates any more, by the store's list; undefined: it does not say. */
  readonly supportEnds?: string | undefined;
  /** What could not be read of the image: with gaps, no flaws does not mean clean. */
  readonly gaps: readonly string[];
}
