// The part `advisories` of site.yaml: where the site keeps what is known of flaws, where it comes from, and whose signature
// it must have. Users' programs on the machines of the site read the same part.

import { join } from "node:path";
import { type Static, Type } from "typebox";
import type { Findings } from "./findings.ts";
import { msOf } from "./findings.ts";
import { about, closed, duration, flag, list, optional, text, words } from "./schema-words.ts";

/** What may stand under `advisories`. */
export const ADVISORIES_SCHEMA = Type.Object(
  {
    path: text("folder of the store; users of the site's machines read it", "/srv/berth/advisories"),
    mirror: text(
      "base address of a copy of OSV's archives: MIRROR/Debian/all.zip; asked through the proxy of the environment",
      "https://mirror.example.org/osv",
    ),
    ecosystems: list("what is kept, as OSV calls it, with or without a release", [
      "Debian:12",
      "Rocky Linux:9",
      "PyPI",
    ]),
    exploited: text(
      "address of the list of flaws that attackers use, in the form of CISA's catalogue",
      "https://mirror.example.org/kev.json",
    ),
    keys: list("files of public keys (PEM); when there are any, only a set that one of them has signed is used", [
      "/etc/berth/advisories.pub",
    ]),
    signKey: text("file of the private key (PEM) that signs what this machine updates", "/etc/berth/advisories.key"),
    maxAge: duration("how old advisories may be before a scan counts as stale", "5d"),
    engines: optional(
      Type.Array(words("a program that looks for flaws", "trivy", "grype", "osv-scanner"), {
        maxItems: 3,
        ...about("other programs that every scan asks, too, when images are judged as well", ["trivy"]),
      }),
    ),
    engineData: text(
      "folder with their databases, one folder for each: trivy, grype, osv-scanner; their own places unless said",
      "/srv/berth/engines",
    ),
    vex: list("what makers say of flaws, for every scan: OpenVEX or CSAF documents, or folders of them", [
      "/srv/berth/vex",
    ]),
    waivers: list("flaws that the site has accepted for a time, for every scan: files, or folders of them", [
      "/etc/berth/waivers.yaml",
    ]),
    possible: flag("name what packages of Spack, EasyBuild and conda may have by their name alone; never counted"),
  },
  { ...closed, ...about("what is known of flaws in packages") },
);

/** Where advisories are and come from, every default filled in. */
export interface AdvisoriesConfig {
  readonly path: string;
  /** Undefined: none is configured. */
  readonly mirror: string | undefined;
  readonly ecosystems: readonly string[];
  readonly exploited: string | undefined;
  readonly keyFiles: readonly string[];
  readonly signKeyFile: string | undefined;
  readonly maxAgeDays: number;
  readonly scan: ScanConfig;
}

/** What every scan of the site takes into account besides the advisories. */
export interface ScanConfig {
  readonly engines: readonly ("trivy" | "grype" | "osv-scanner")[];
  /** Folder with a folder for each engine; undefined: they know where their databases are. */
  readonly engineData: string | undefined;
  /** Files and folders. */
  readonly vex: readonly string[];
  /** Files and folders. */
  readonly waivers: readonly string[];
  readonly possible: boolean;
}

export interface AdvisoriesPlace {
  readonly at: (relative: string) => string;
  readonly stateDir: string;
  readonly found: Findings;
}

const DAY = 86_400_000;
const MAX_AGE_DAYS = 5;

/** Completes and checks the part. */
export function resolveAdvisories(
  file: Static<typeof ADVISORIES_SCHEMA> | undefined,
  { at, stateDir, found }: AdvisoriesPlace,
): AdvisoriesConfig {
  const given = file ?? {};
  for (const key of ["mirror", "exploited"] as const) {
    const address = given[key];
    if (address !== undefined && !/^https?:\/\//.test(address))
      found.wrong(["advisories", key], "is no address", "write https://…; files are taken by berth advisories import");
  }
  return {
    path: given.path === undefined ? join(stateDir, "advisories") : at(given.path),
    mirror: given.mirror,
    ecosystems: given.ecosystems ?? [],
    exploited: given.exploited,
    keyFiles: (given.keys ?? []).map(at),
    signKeyFile: given.signKey === undefined ? undefined : at(given.signKey),
    maxAgeDays: msOf(given.maxAge, MAX_AGE_DAYS * DAY) / DAY,
    scan: {
      engines: given.engines ?? [],
      engineData: given.engineData === undefined ? undefined : at(given.engineData),
      vex: (given.vex ?? []).map(at),
      waivers: (given.waivers ?? []).map(at),
      possible: given.possible ?? false,
    },
  };
}
