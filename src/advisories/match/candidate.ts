// A flaw in one package as one advisory or one engine has it, before all that mean the same are made one.

import type { FixState, FlawSeverity, MatchCertainty } from "../types.ts";

export interface Candidate {
  /** Names that all mean exactly this flaw. */
  readonly names: readonly string[];
  /** Names of advisories that mean others too, such as a security update for several flaws. */
  readonly mentions: readonly string[];
  /** Of the package in the image. */
  readonly purl: string;
  /** What the advisory matched by. */
  readonly name: string;
  readonly installed: string;
  /** OSV name by which versions are compared; undefined when an engine found it elsewhere. */
  readonly ecosystem?: string | undefined;
  readonly fixed?: string | undefined;
  readonly severity?: FlawSeverity | undefined;
  readonly score?: number | undefined;
  readonly vector?: string | undefined;
  readonly state: FixState;
  readonly certainty: MatchCertainty;
  readonly summary: string;
  readonly evidence?: string | undefined;
  readonly layer?: string | undefined;
  readonly foundBy: string;
}

/** The flaws that an advisory is about: several CVEs are as many flaws, which share its own name. */
export function flawNames(id: string, aliases: readonly string[]): readonly Pick<Candidate, "names" | "mentions">[] {
  const all = [id, ...aliases];
  const cves = all.filter((name) => name.startsWith("CVE-"));
  if (cves.length < 2) return [{ names: all, mentions: [] }];
  const others = all.filter((name) => !name.startsWith("CVE-"));
  return cves.map((cve) => ({ names: [cve], mentions: others }));
}
