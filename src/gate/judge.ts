// From what was read of an image to its verdict. Pure: the clock, the policy and all facts are given, so the same dossier gives the
// same verdict on every machine, and an image need not be opened to be judged again.

import type { FlawSeverity, ScanReport } from "../advisories/types.ts";
import type { PolicyConfig } from "../policy/config.ts";
import { judgeHost, judgeImage } from "../policy/judge-image.ts";
import type { Practice } from "../policy/practice.ts";
import type { FlawFacts, PracticeFacts, ScanFacts } from "../policy/practice-facts.ts";
import { PRACTICES } from "../policy/practices/practices.ts";
import { weightOf } from "../policy/severity.ts";
import type { Finding } from "../policy/types.ts";
import { type JudgedSignatures, judgeSignatures } from "../signing/signature-evidence.ts";
import { policyHash } from "./policy-hash.ts";
import { type SiteSigners, signatureSetOf, signerIds } from "./site-signers.ts";
import { type Dossier, type KeptFinding, MOST_FINDINGS, type Verdict, type VerdictResult } from "./types.ts";

/** What a dossier is judged by. */
export interface JudgeOptions {
  readonly policy: PolicyConfig;
  /** Seconds since 1970. */
  readonly now: number;
  /** Of this berth, which is one of the engines. */
  readonly version: string;
  /** What is demanded of the site besides: who may release is not asked here. */
  readonly release?: Verdict["release"];
  /** Whose signatures count; nobody's unless said. */
  readonly signers?: SiteSigners | undefined;
  readonly practices?: readonly Practice[] | undefined;
}

/** Judges. A dossier without digest is bound to nothing, so its verdict has an empty one. */
export function judge(dossier: Dossier, options: JudgeOptions): Verdict {
  const { policy, now, version, release, practices = PRACTICES, signers = NOBODY } = options;
  const { image, scan, collected } = dossier;
  const signed = signedBy(dossier, signers, now);
  const facts = factsOf(dossier, signed, now);
  // Of a host, only what is said of this one image: the rest is nobody's verdict.
  const ofImage = practices.filter(({ id, checks }) => checks.image === undefined && ABOUT_IMAGES.test(id));
  const findings = [
    ...judgeImage(image, { policy, facts, practices }),
    ...judgeHost({ policy, facts, practices: ofImage }),
  ].sort(heaviestFirst);
  return {
    schema: 1,
    digest: image.digest ?? "",
    name: image.name,
    result: resultOf(findings, practices),
    judgedAt: now,
    policy: { profile: policy.profile, hash: policyHash(policy, practices, signerIds(signers)) },
    advisories: scan && { date: scan.database.date, digest: scan.database.digest },
    engines: [{ name: "berth", version }, ...othersOf(scan)],
    findings: findings.slice(0, MOST_FINDINGS).map(kept),
    counts: countsOf(findings),
    signatures: signed.signatures,
    ...(collected ? { signatureSet: signatureSetOf(collected) } : {}),
    createdAt: secondsOf(image.config?.created),
    ...(release === undefined ? {} : { release }),
  };
}

/** Practices about hosts that an image's facts decide: its scan, its signatures, its age. */
const ABOUT_IMAGES = /^(VUL\d+|SIG\d+|RUN012)$/;

const NOBODY: SiteSigners = { keys: [], roots: [] };

/** What a dossier's signatures come to by these signers; `now` in seconds. */
export function signedBy(
  { image, collected }: Pick<Dossier, "image" | "collected">,
  signers: SiteSigners,
  now: number,
): JudgedSignatures {
  if (!collected) return { signatures: [], unread: "nobody has looked for them" };
  return judgeSignatures(collected, image.digest, { ...signers, now: new Date(now * 1000) });
}

/** What practices are told of signatures. */
export function signatureFacts({ signatures, unread }: JudgedSignatures): PracticeFacts {
  return { signatures, ...(unread === undefined ? {} : { signaturesUnread: unread }) };
}

function factsOf({ scan }: Dossier, signed: JudgedSignatures, now: number): PracticeFacts {
  return {
    now,
    ...signatureFacts(signed),
    ...(scan ? { scan: scanFacts(scan), unsupported: unsupportedOf(scan), supportEnds: scan.supportEnds } : {}),
  };
}

function scanFacts({ date, database, flaws, uncovered }: ScanReport): ScanFacts {
  return {
    databaseDate: secondsOf(database.date),
    scannedAt: secondsOf(date) ?? 0,
    uncovered,
    flaws: flaws.map(
      ({ id, name, installed, fixed, severity, exploited, suppressed }): FlawFacts => ({
        ...{ id, package: name, installed, fixed, severity: weighed(severity), exploited },
        suppressed: suppressed?.reason,
      }),
    ),
  };
}

function weighed(severity: FlawSeverity): FlawFacts["severity"] {
  return severity === "none" ? "low" : severity;
}

function unsupportedOf({ unsupported }: ScanReport): ReadonlyMap<string, string> {
  return new Map(unsupported.map(({ name, note, since }) => [name, since === undefined ? note : `${since}: ${note}`]));
}

function othersOf(scan: ScanReport | undefined): Verdict["engines"] {
  return (scan?.engines ?? [])
    .filter(({ name, failure }) => name !== "berth" && failure === undefined)
    .map(({ name, version }) => ({ name, version }));
}

function heaviestFirst(a: Finding, b: Finding): number {
  return weight(b) - weight(a) || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0);
}

// What stops an image stands before what somebody allowed and what nobody knows.
function weight({ severity, certainty, waived }: Finding): number {
  return weightOf(severity) * 4 + (waived ? 0 : certainty === "unknown" ? 1 : 2);
}

/** Errors refuse; a demand that nobody could check leaves the result open; the rest is for reading. */
function resultOf(findings: readonly Finding[], practices: readonly Practice[]): VerdictResult {
  const required = new Set(practices.flatMap((one) => (one.class === "required" ? [one.id] : [])));
  const open = findings.filter(({ waived }) => !waived);
  const sure = open.filter(({ certainty }) => certainty === "certain" || certainty === "likely");
  if (sure.some(({ severity }) => severity === "error")) return "refused";
  if (open.some(({ certainty, rule }) => certainty === "unknown" && required.has(rule))) return "unknown";
  return open.some(({ severity }) => severity === "warning" || severity === "error") ? "warned" : "accepted";
}

function countsOf(findings: readonly Finding[]): Verdict["counts"] {
  const counts = { error: 0, warning: 0, info: 0, style: 0, unknown: 0, waived: 0 };
  for (const { severity, certainty, waived } of findings)
    counts[waived ? "waived" : certainty === "unknown" ? "unknown" : severity] += 1;
  return counts;
}

function kept({ rule, severity, message, hint, certainty, waived }: Finding): KeptFinding {
  return { rule, severity, message, hint, certainty, waived };
}

function secondsOf(date: string | undefined): number | undefined {
  const seconds = date === undefined ? Number.NaN : Date.parse(date) / 1000;
  return Number.isFinite(seconds) ? seconds : undefined;
}
