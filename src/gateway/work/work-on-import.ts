// One import from its claim to its outcome: a job process reads the user's file with that user's rights and packs it; what
// comes of it goes the way of every new image.

import { digestParts, parseDigest } from "../../base/digest.ts";
import { hasCode } from "../../base/errors.ts";
import type { ClaimedPull } from "../records.ts";
import { fail } from "./errors.ts";
import type { ImageRecipe } from "./image-recipe.ts";
import { jobRun, keepExamination, type PullWork, recipeOf, systemOf } from "./job-frame.ts";
import type { ImportJob } from "./job-messages.ts";
import { imageFile } from "./make-file.ts";
import type { Outcome } from "./outcome.ts";
import { runJob } from "./run-job.ts";
import { settleImage } from "./settle.ts";
import type { Workplace } from "./work-parts.ts";

/** Works on an import. @throws BerthErrors for the user, the signal's reason, and faults of the database */
export async function workOnImport(work: PullWork, place: Workplace): Promise<Outcome> {
  const { pull, report, folder, signal } = work;
  const recipe = recipeOf(pull.system, place);
  const job = await importJob(pull, recipe, folder, place);
  const result = await runJob(
    job,
    jobRun(work, place, async () => true),
  );
  if (result.kind === "failed") return result;
  if (result.kind === "declined") throw new TypeError("an import is never declined");
  const { facts, file } = result;
  await keepExamination(place, facts.digest, undefined);
  report.stage("TRANSFER", "Transferring image");
  const path = imageFile(folder, recipe.format);
  return settleImport(pull, { ...facts, file: { path, format: recipe.format, ...file } }, place, signal);
}

// Shifter's pseudo-hash is taken from some bytes of the file, so two files may share it, as may one file that was packed in
// two ways. Only the first gets it for its name: the images that are there are in use, and never change. The next is named
// by its digest, as pulled images are.
async function settleImport(
  pull: ClaimedPull,
  image: Parameters<typeof settleImage>[1],
  place: Workplace,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    return await settleImage(pull, image, place, signal);
  } catch (error) {
    if (!hasCode(error, "E_GATEWAY_SAME_HASH") && !hasCode(error, "E_PUBLISH_ID_TAKEN")) throw error;
    const { hex: id } = digestParts(parseDigest(image.digest));
    return await settleImage(pull, { ...image, id }, place, signal);
  }
}

async function importJob(pull: ClaimedPull, recipe: ImageRecipe, folder: string, place: Workplace): Promise<ImportJob> {
  const { owner, importFrom, users, groups } = pull;
  // The desk lets nobody import without a name.
  if (owner === undefined || importFrom === undefined) throw fail("E_WORK_INSIDE", { reason: "it is no import" });
  const { config, names } = place;
  return {
    ...{ kind: "import", folder, recipe, examiner: config.examiner },
    ...{ path: importFrom.path, fileFormat: importFrom.format },
    caller: { uid: owner.uid, gid: owner.gid, groups: await names.groups(owner.uid, owner.gid) },
    trustSquashfs: config.trustImportedSquashfs,
    private: users.length + groups.length > 0,
    platform: systemOf(pull.system, place).platform,
    signers: config.gate?.signatures,
    maxBytes: config.workers.tempBytes,
  };
}
