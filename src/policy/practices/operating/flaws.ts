// Known flaws of installed packages: VUL001 to VUL004.

import { listed } from "../../message.ts";
import { practice } from "../../practice.ts";
import type { FlawSeverity } from "../../practice-config.ts";
import type { FlawFacts, ScanFacts } from "../../practice-facts.ts";
import type { AuditSubject } from "../../practice-subjects.ts";
import { type Hit, unknown } from "../../rule.ts";

const ORDER: readonly FlawFacts["severity"][] = ["unknown", "low", "medium", "high", "critical"];

function reaches(flaw: FlawFacts, threshold: FlawSeverity | "never"): boolean {
  return threshold !== "never" && ORDER.indexOf(flaw.severity) >= ORDER.indexOf(threshold);
}

// Examples are judged on 2026-11-22.
const NOW = 1_795_305_600;

function scanWith(...flaws: readonly Partial<FlawFacts>[]): { readonly scan: ScanFacts } {
  const whole = {
    id: "CVE-1",
    package: "openssl",
    installed: "3.0.11-1",
    severity: "critical",
    exploited: false,
  } as const;
  return {
    scan: { databaseDate: NOW - 86_400, scannedAt: NOW - 3600, flaws: flaws.map((one) => ({ ...whole, ...one })) },
  };
}

export const NO_FLAWS = practice({
  id: "VUL001",
  title: "No known flaws of weight stay in an image",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "known flaws with a fix ({count}, {severity} the worst): {flaws}",
  hint: "build the image again on an updated base: {package} {version} has the fix",
  why: "What is known to be broken is what is tried first.",
  source: "N4.2",
  peers: [],
  controls: ["NIST 800-190 3.1.1"],
  cases: {
    unfixed: {
      message: "known flaws without a fix yet ({count}, {severity} the worst): {flaws}",
      hint: "leave the package out, or note in a waiver why it may stay",
    },
  },
  checks: { image: flawed },
  passes: [
    { shows: "none", image: {}, facts: scanWith() },
    { shows: "below the threshold", image: {}, facts: scanWith({ severity: "medium", fixed: "2" }) },
    { shows: "waived", image: {}, facts: scanWith({ fixed: "2", suppressed: "not reachable" }) },
    { shows: "not fixed, and not of the worst", image: {}, facts: scanWith({ severity: "high" }) },
  ],
  fails: [
    {
      shows: "a fix is there",
      image: {},
      facts: scanWith({ fixed: "3.0.17-1" }),
      expect: { says: "(1, critical the worst): CVE-1 in openssl" },
    },
    { shows: "none is there", image: {}, facts: scanWith({}), expect: { case: "unfixed" } },
    { shows: "nobody scanned", image: {}, expect: { certainty: "unknown" } },
    {
      shows: "a system that no advisories speak of",
      image: {},
      facts: { scan: { databaseDate: NOW, scannedAt: NOW, flaws: [], uncovered: "fedora 43" } },
      expect: { certainty: "unknown" },
    },
  ],
});

function flawed({ facts: { scan }, tables }: AuditSubject): Hit | readonly Hit[] {
  if (!scan) return unknown("which known flaws the image has");
  const open = scan.flaws.filter(({ suppressed }) => suppressed === undefined);
  const fixed = open.filter((flaw) => flaw.fixed !== undefined && reaches(flaw, tables.flaws.fixed));
  const unfixed = open.filter((flaw) => flaw.fixed === undefined && reaches(flaw, tables.flaws.unfixed));
  const doubt = scan.uncovered === undefined ? [] : [unknown(`which flaws the packages of ${scan.uncovered} have`)];
  return [...hitOf(fixed, undefined), ...hitOf(unfixed, "unfixed"), ...doubt];
}

function hitOf(flaws: readonly FlawFacts[], name: string | undefined): readonly Hit[] {
  const worst = [...flaws].sort((a, b) => ORDER.indexOf(b.severity) - ORDER.indexOf(a.severity));
  const [first] = worst;
  if (!first) return [];
  const shown = worst.slice(0, 3).map(({ id, package: of }) => `${id} in ${of}`);
  const rest = worst.length - shown.length;
  const text = listed(rest > 0 ? [...shown, `${rest} more`] : shown);
  const fields = {
    count: flaws.length,
    severity: first.severity,
    flaws: text,
    package: first.package,
    version: first.fixed,
  };
  return [{ case: name, fields }];
}

export const FRESH_SCAN = practice({
  id: "VUL002",
  title: "An image was scanned, with advisories of these days",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "the last scan was {days} days ago",
  hint: "scan it again: berth scan {name}",
  why: "New flaws become known every day, of packages that have not changed.",
  source: "N4.2",
  peers: [],
  cases: {
    database: { message: "the advisories are {days} days old", hint: "berth advisories update, then scan again" },
  },
  checks: { image: unscanned },
  passes: [{ shows: "today", image: {}, facts: scanWith() }],
  fails: [
    {
      shows: "40 days ago",
      image: {},
      facts: { scan: { databaseDate: NOW, scannedAt: NOW - 40 * 86_400, flaws: [] } },
      expect: { says: "40 days ago" },
    },
    {
      shows: "old advisories",
      image: {},
      facts: { scan: { databaseDate: NOW - 9 * 86_400, scannedAt: NOW, flaws: [] } },
      expect: { case: "database" },
    },
    { shows: "nobody looked", image: {}, expect: { certainty: "unknown" } },
  ],
});

function unscanned({ image: { name }, facts: { scan, now }, tables }: AuditSubject): Hit | undefined {
  if (!scan || now === undefined) return unknown("when the image was scanned");
  const days = (since: number) => Math.floor((now - since) / 86_400);
  if (now - scan.scannedAt > tables.limits.scanAge) return { fields: { name, days: days(scan.scannedAt) } };
  if (scan.databaseDate === undefined) return unknown("the date of the advisories");
  const old = now - scan.databaseDate > tables.limits.scanAge;
  return old ? { case: "database", fields: { days: days(scan.databaseDate) } } : undefined;
}

export const SUPPORTED_PACKAGES = practice({
  id: "VUL003",
  title: "Packages are looked after by their distribution",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{name} gets no security support: {note}",
  hint: "use another package for it, or leave it out",
  why: "Flaws of it will never be fixed in this release, and no scan will tell of a fix.",
  source: "N4.2",
  peers: [],
  checks: { image: unsupported },
  passes: [
    {
      shows: "another package",
      image: withPackage("openssl"),
      facts: { unsupported: new Map([["wolfssl", "ended"]]) },
    },
  ],
  fails: [
    {
      shows: "wolfssl",
      image: withPackage("wolfssl"),
      facts: { unsupported: new Map([["wolfssl", "not covered in Debian 12"]]) },
      expect: { says: "not covered in Debian 12" },
    },
    { shows: "nobody looked", image: { catalogue: undefined }, expect: { certainty: "unknown" } },
  ],
});

function withPackage(name: string) {
  const one = { purl: `pkg:deb/debian/lib${name}@1`, ecosystem: "deb" as const, name: `lib${name}`, version: "1" };
  const packages = [{ ...one, source: { name, version: "1" }, evidence: "var/lib/dpkg/status" }];
  return { catalogue: { distribution: undefined, gaps: [], packages } };
}

function unsupported({ image: { catalogue }, facts }: AuditSubject): Hit | readonly Hit[] {
  if (!catalogue || !facts.unsupported) return unknown("which packages are supported");
  const names = new Set(catalogue.packages.map((one) => one.source?.name ?? one.name));
  return [...names].flatMap((name) => {
    const note = facts.unsupported?.get(name);
    return note === undefined ? [] : [{ fields: { name, note } }];
  });
}

export const EXPLOITED = practice({
  id: "VUL004",
  title: "No flaw that attackers use stays in an image",
  severity: "error",
  class: "recommended",
  certainty: "certain",
  message: "{id} in {package} {installed} is used by attackers",
  hint: "build the image again with {package} {version}, today",
  why: "Somebody has a program for it, and tries it everywhere.",
  source: "N4.2",
  peers: [],
  cases: { unfixed: { hint: "take {package} out of the image: there is no fix yet" } },
  checks: { image: exploited },
  passes: [{ shows: "flaws that nobody uses", image: {}, facts: scanWith({ fixed: "2" }) }],
  fails: [
    {
      shows: "a listed one",
      image: {},
      facts: scanWith({ fixed: "2", exploited: true }),
      expect: { says: "CVE-1 in openssl" },
    },
    { shows: "without a fix", image: {}, facts: scanWith({ exploited: true }), expect: { case: "unfixed" } },
    { shows: "nobody scanned", image: {}, expect: { certainty: "unknown" } },
  ],
});

function exploited({ facts: { scan } }: AuditSubject): Hit | readonly Hit[] {
  if (!scan) return unknown("which known flaws the image has");
  return scan.flaws
    .filter((flaw) => flaw.exploited && flaw.suppressed === undefined)
    .map((flaw) => ({
      case: flaw.fixed === undefined ? "unfixed" : undefined,
      fields: { id: flaw.id, package: flaw.package, installed: flaw.installed, version: flaw.fixed },
    }));
}
