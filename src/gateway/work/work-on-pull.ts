// One pull from its claim to its outcome: a job process finds the image; what is on the system already only gets its
// metadata, what another pull is making is waited for, what lies ready for another system is used again, and only the
// rest is fetched and converted.

import { type Digest, parseDigest } from "../../base/digest.ts";
import { BerthError, reasonOf } from "../../base/errors.ts";
import { imageKey } from "../../image/image-store.ts";
import type { ClaimedPull } from "../records.ts";
import type { ImageRecipe } from "./image-recipe.ts";
import { credentialFor, imageReference } from "./image-reference.ts";
import { jobRun, keepExamination, type PullWork, recipeOf, systemOf } from "./job-frame.ts";
import type { FileFacts, ImageFacts, PullJob } from "./job-messages.ts";
import { imageFile } from "./make-file.ts";
import type { Outcome } from "./outcome.ts";
import { runJob } from "./run-job.ts";
import { settleImage, settleKnown } from "./settle.ts";
import { jobFailure } from "./user-message.ts";
import type { Workplace } from "./work-parts.ts";

/** A flight that this pull leads. */
interface Flight {
  key: string | undefined;
}

/** Works on a pull. @throws BerthErrors for the user, the signal's reason, and faults of the database */
export async function workOnPull(work: PullWork, place: Workplace): Promise<Outcome> {
  const flight: Flight = { key: undefined };
  try {
    return await attempt(work, place, flight);
  } catch (error) {
    if (flight.key !== undefined && error instanceof BerthError)
      place.lastFailures.note(flight.key, jobFailure(error, []));
    throw error;
  } finally {
    // Where it cannot be said now, the end of the pull says it.
    if (flight.key !== undefined)
      await place.queue.land(flight.key).catch((error) => place.log.warn(`a flight did not land: ${reasonOf(error)}`));
  }
}

async function attempt(work: PullWork, place: Workplace, flight: Flight): Promise<Outcome> {
  const { pull, report, folder, signal } = work;
  const recipe = recipeOf(pull.system, place);
  // What `decide` came to, when the job need not go on.
  let early: Outcome | undefined;
  let found: ImageFacts | undefined;
  const decide = async (facts: ImageFacts): Promise<boolean> => {
    found = facts;
    early = await withoutMaking(work, place, facts, recipe, flight);
    return early === undefined;
  };
  const result = await runJob(pullJob(pull, recipe, folder, place), jobRun(work, place, decide));
  if (result.kind === "declined") return early ?? { kind: "follows" };
  if (result.kind === "failed") {
    if (found !== undefined) await keepExamination(place, found.digest, result.failure);
    if (flight.key !== undefined) place.lastFailures.note(flight.key, result.failure);
    return result;
  }
  const { facts, file } = result;
  await keepExamination(place, facts.digest, undefined);
  const path = imageFile(folder, recipe.format);
  if (flight.key !== undefined) await place.staged.keep(flight.key, path, file);
  report.stage("TRANSFER", "Transferring image");
  return settleImage(pull, withFile(facts, path, recipe, file), place, signal);
}

/** The outcome where no file has to be made; nothing when one has to. */
async function withoutMaking(
  { pull, report, folder, signal }: PullWork,
  place: Workplace,
  facts: ImageFacts,
  recipe: ImageRecipe,
  flight: Flight,
): Promise<Outcome | undefined> {
  const known = await settleKnown(pull, facts, recipe.format, place, signal);
  if (known !== undefined) return known;
  const key = flightKey(parseDigest(facts.digest), recipe);
  const failure = place.lastFailures.find(key);
  if (failure !== undefined) return { kind: "failed", failure };
  const leads = await report.quietly(async () => {
    const leader = (await place.queue.board(pull.id, key, facts.digest)) === "leader";
    // From this moment on somebody else may claim it.
    if (!leader) report.leave();
    return leader;
  });
  if (!leads) return { kind: "follows" };
  flight.key = key;
  // Another flight may have landed between the first look and the boarding.
  const landed = await settleKnown(pull, facts, recipe.format, place, signal);
  if (landed !== undefined) return landed;
  const path = imageFile(folder, recipe.format);
  const file = await place.staged.take(key, path);
  if (file === undefined) return undefined;
  report.stage("TRANSFER", "Transferring image");
  return settleImage(pull, withFile(facts, path, recipe, file), place, signal);
}

/** Names everything that decides a file's bytes: one flight of it at a time, over all systems and servers. */
export function flightKey(digest: Digest, { format, conversion }: ImageRecipe): string {
  return `${format}-${imageKey(digest, conversion)}`;
}

function withFile(facts: ImageFacts, path: string, { format }: ImageRecipe, { bytes, digest }: FileFacts) {
  return { ...facts, file: { path, format, bytes, digest } };
}

function pullJob(pull: ClaimedPull, recipe: ImageRecipe, folder: string, place: Workplace): PullJob {
  const { config } = place;
  const { location } = imageReference(pull.tag, config);
  const { platform, signaturePolicy } = systemOf(pull.system, place);
  const { examiner } = config;
  const unpacked = examiner !== undefined || recipe.format !== "squashfs";
  return {
    ...{ kind: "pull", tag: pull.tag, location, folder, recipe, examiner },
    credential: credentialFor(location, pull.registries, config.defaultLocation),
    ...{ platform, signaturePolicy, cacheDir: config.cacheDir, collectSignatures: config.gate !== undefined },
    maxBytes: unpacked ? config.workers.tempBytes : MOST_BYTES,
    silentMs: place.silentMs,
  };
}

/** Sum of file sizes above which a squashfs image, which is never unpacked here, is taken for an attack. */
const MOST_BYTES = 512 * 2 ** 30;
