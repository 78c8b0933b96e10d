// A finished image on its way to its system: the site's judges, the files, the record. In this order, so that whatever is
// recorded as READY is there; each step may be done twice, after a server that died in between.

import { hasCode } from "../../base/errors.ts";
import { NOBODY, publishedAcl, type StoredImage } from "../catalog/access.ts";
import type { ClaimedPull } from "../records.ts";
import type { MadeImage } from "../types.ts";
import { fail } from "./errors.ts";
import type { ImageFacts } from "./job-messages.ts";
import { type Judgement, judged, quarantineWords } from "./judgement.ts";
import type { Outcome } from "./outcome.ts";
import { jobFailure } from "./user-message.ts";
import type { Workplace } from "./work-parts.ts";

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
async function judgementOf(image: MadeImage, place: Workplace, signal: AbortSignal): Promise<Judgement> {
  const { catalog } = place;
  const judges = place.judges.filter(({ active }) => active?.() ?? true);
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
  const { status, reason } = await standingOf(known, made, place, signal);
  const record = await catalog.record(pull, made, known.bytes, status, reason).catch(unlessGone);
  if (record === undefined) return undefined;
  if (record.status === "QUARANTINED") {
    if (known.status === "READY") await publisher.republish(pull.system, record, NOBODY, signal);
    return inQuarantine(record.statusMessage);
  }
  await publisher.republish(pull.system, record, publishedAcl(record), signal);
  return { kind: "ready", imageId: record.id };
}

// Somebody may have signed it, or the rules may have changed, since it was judged. What another judge holds back, stays.
async function standingOf(
  known: StoredImage,
  image: MadeImage,
  { judges, catalog }: Workplace,
  signal: AbortSignal,
): Promise<Judgement> {
  const standing: Judgement = {
    status: known.status === "READY" ? "READY" : "QUARANTINED",
    reason: known.statusMessage,
  };
  for (const judge of judges) {
    const held = standing.reason.startsWith(quarantineWords(judge.name, ""));
    if (!judge.again || !(judge.active?.() ?? true) || (standing.status === "QUARANTINED" && !held)) continue;
    const spoken = await judge.again(image, standing.status, signal);
    if (!spoken) continue;
    await catalog.keepVerdict(image.digest, { judge: judge.name, ...spoken });
    if (spoken.verdict === "accepted") return { status: "READY", reason: "" };
    return { status: "QUARANTINED", reason: quarantineWords(judge.name, spoken.reason) };
  }
  return standing;
}

// It expired between the look and the record: then it has to be made again.
function unlessGone(error: unknown): undefined {
  if (!hasCode(error, "E_GATEWAY_GONE")) throw error;
}
