// A finished image on its way to its system: the site's judges, the files, the record. In this order, so that whatever is
// recorded as READY is there; each step may be done twice, after a server that died in between.

import { hasCode } from "../../base/errors.ts";
import { publishedAcl } from "../catalog/access.ts";
import type { ClaimedPull } from "../records.ts";
import type { MadeImage, PublishedAcl } from "../types.ts";
import { fail } from "./errors.ts";
import type { ImageFacts } from "./job-messages.ts";
import { type Judgement, judged } from "./judgement.ts";
import type { Outcome } from "./outcome.ts";
import { jobFailure } from "./user-message.ts";
import type { Workplace } from "./work-parts.ts";

/** A uid that nobody has: files of a quarantined image are for nobody until it is released. */
const NOBODY: PublishedAcl = { private: true, users: [2 ** 32 - 2], groups: [] };

/** Publishes and records a new image. @throws E_WORK_JUDGED, and what the publisher makes fail */
export async function settleImage(
  pull: ClaimedPull,
  image: MadeImage & { readonly file: NonNullable<MadeImage["file"]> },
  place: Workplace,
  signal: AbortSignal,
): Promise<Outcome> {
  const { catalog, publisher } = place;
  const judgement = await judgementOf(image, place, signal);
  const held = judgement.status === "QUARANTINED";
  // Asked in any case: it refuses to overwrite what is another user's.
  const acl = await catalog.aclAfter(pull, image);
  await publisher.publish(pull.system, image, held ? NOBODY : acl, signal);
  const record = await catalog.record(pull, image, image.file.bytes, judgement.status, judgement.reason);
  return held ? inQuarantine(record.statusMessage) : { kind: "ready", imageId: record.id };
}

// What staff released by hand stays released.
async function judgementOf(image: MadeImage, { judges, catalog }: Workplace, signal: AbortSignal): Promise<Judgement> {
  const kept = await catalog.verdicts(image.digest);
  const released = kept.some(({ judge, verdict }) => judge === "staff" && verdict === "accepted");
  if (released || judges.length === 0) return { status: "READY", reason: "" };
  return judged(judges, image, signal, (judge, verdict) => catalog.keepVerdict(image.digest, { judge, ...verdict }));
}

function inQuarantine(reason: string): Outcome {
  return { kind: "failed", failure: jobFailure(fail("E_WORK_QUARANTINED", { reason }), []) };
}

/**
 * The way of an image whose files are on the system already: its metadata only. Nothing when they are not.
 */
export async function settleKnown(
  pull: ClaimedPull,
  facts: ImageFacts,
  format: string,
  place: Workplace,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const { catalog, publisher } = place;
  const known = await catalog.byId(pull.system, facts.id);
  if (known === undefined || (known.status !== "READY" && known.status !== "QUARANTINED")) return undefined;
  if (known.format !== format || known.digest !== facts.digest) return undefined;
  if (!(await publisher.exists(pull.system, facts.id, format, signal))) return undefined;
  const made = { ...facts, file: undefined };
  const record = await catalog.record(pull, made, known.bytes, known.status, known.statusMessage).catch(unlessGone);
  if (record === undefined) return undefined;
  if (record.status === "QUARANTINED") return inQuarantine(record.statusMessage);
  await publisher.republish(pull.system, record, publishedAcl(record), signal);
  return { kind: "ready", imageId: record.id };
}

// It expired between the look and the record: then it has to be made again.
function unlessGone(error: unknown): undefined {
  if (!hasCode(error, "E_GATEWAY_GONE")) throw error;
}
