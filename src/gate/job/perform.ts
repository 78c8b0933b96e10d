// Judging, inside a process of its own: the image is read once into a dossier, the advisories are asked, the practices say their word.
// It holds no key and no record, so it can be killed at any moment.

import type { KeyObject } from "node:crypto";
import { tmpdir } from "node:os";
import { NO_SETTINGS, readWishes, scanAsTold } from "../../advisories/scan-as-told.ts";
import { openStore } from "../../advisories/store/store.ts";
import type { ScanReport } from "../../advisories/types.ts";
import type { AuditedImage } from "../../audit/types.ts";
import type { Log } from "../../base/log.ts";
import type { PolicyConfig } from "../../policy/config.ts";
import { publicKey, readPem } from "../../signing/pem-key.ts";
import type { CollectedSignatures } from "../../signing/signature-evidence.ts";
import { canonicalText, readCanonical } from "../canonical.ts";
import { findDossier, keepDossier } from "../dossier-file.ts";
import { judge } from "../judge.ts";
import { readSigners, signatureSetOf } from "../site-signers.ts";
import type { Dossier } from "../types.ts";
import type { JudgeAnswer, JudgeJob } from "./judge-job.ts";
import { readImage } from "./read-image.ts";

/** Milliseconds for one other engine. */
const ENGINE_MS = 5 * 60_000;

/** What judging needs besides its job. */
export interface JudgeTools {
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Judges; `none` when there is neither dossier nor image. @throws E_AUDIT_…, E_ADVISORY_…, E_VERDICT_WRITE, … */
export async function performJudging(job: JudgeJob, tools: JudgeTools): Promise<JudgeAnswer> {
  const known = await findDossier(job.dossiers, job.digest);
  const image = known?.image ?? (job.image && (await readImage(job.digest, job.name, job.image, tools)));
  if (!image) return { kind: "none" };
  const scan = await scanned(image, job, known, tools);
  const collected = newest(known?.collected, job.signatures);
  const dossier: Dossier = { image: { ...image, name: job.name }, scan, ...(collected ? { collected } : {}) };
  // The same image under another name need not be written again.
  const isKept = isSameScan(known?.scan, scan) && isSame(known?.collected, collected);
  if (!known || !isKept) await keepDossier(job.dossiers, dossier);
  const policy = readCanonical(job.policy) as PolicyConfig;
  const signers = await readSigners(job.signers ?? { keys: [], authorities: undefined });
  const by = { policy, signers, now: tools.now() / 1000, version: job.version };
  return { kind: "verdict", verdict: judge(dossier, by) };
}

// A registry that does not answer today takes nothing back of what it said before.
function newest(known: CollectedSignatures | undefined, now: CollectedSignatures | undefined) {
  return now && (now.unread === undefined || known === undefined) ? now : known;
}

// Scans of two days with the same answer are the same; what the site says of flaws may have changed without the advisories.
function isSameScan(one: ScanReport | undefined, other: ScanReport | undefined): boolean {
  return timeless(one) === timeless(other);
}

function timeless(scan: ScanReport | undefined): string {
  return scan === undefined
    ? ""
    : canonicalText({ ...scan, date: "", database: { ...scan.database, ageDays: undefined } });
}

function isSame(one: CollectedSignatures | undefined, other: CollectedSignatures | undefined): boolean {
  return one === other || (one !== undefined && other !== undefined && signatureSetOf(one) === signatureSetOf(other));
}

async function scanned(
  { catalogue, digest }: AuditedImage,
  { advisories, name, version }: JudgeJob,
  known: Dossier | undefined,
  { now, signal }: JudgeTools,
): Promise<ScanReport | undefined> {
  if (!advisories || !catalogue) return known?.scan;
  const store = await openStore(advisories.root, { keys: await keysOf(advisories.keys) });
  const wishes = await readWishes(advisories.scan ?? NO_SETTINGS);
  // Engines get the bill of materials, which is there whenever the image is judged again.
  return scanAsTold(catalogue, wishes, {
    ...{ store, name, image: digest, env: process.env, tempDir: tmpdir(), engineMs: ENGINE_MS },
    ...{ now: new Date(now()), version, signal },
  });
}

function keysOf(paths: readonly string[]): Promise<readonly KeyObject[]> {
  return Promise.all(paths.map(async (path) => publicKey(await readPem(path), path)));
}
