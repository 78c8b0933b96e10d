// One import, inside the job process: a user's file, opened with that user's right to read, becomes an image file as the
// system keeps them.

import { rename } from "node:fs/promises";
import { unwatched } from "../../base/log.ts";
import type { SignerFiles } from "../../site/gateway-config.ts";
import { prepareImport } from "../publish/import/prepare-import.ts";
import type { MadeImage } from "../types.ts";
import { examineTree } from "./examiner.ts";
import type { ImportJob } from "./job-messages.ts";
import { finished, imageFile, makeFile, treeFolder, unpackTree } from "./make-file.ts";
import type { JobTools } from "./pull-job.ts";

type MadeFile = NonNullable<MadeImage["file"]>;

/** Performs the import. @throws E_IMPORT_…, and what disks and tools make fail */
export async function performImport(job: ImportJob, { say, log, signal }: JobTools): Promise<void> {
  const { recipe, folder, maxBytes } = job;
  const begun = performance.now();
  const path = imageFile(folder, recipe.format);
  // A trusted squashfs file is taken as it is, where such files are kept.
  const asItIs = job.trustSquashfs && recipe.format === "squashfs";
  const { file, ...facts } = await prepareImport({
    ...{ path: job.path, format: job.fileFormat, caller: job.caller, workDir: folder, private: job.private },
    ...{ trusted: asItIs, limits: { fileBytes: maxBytes, contentBytes: maxBytes }, platform: job.platform },
    ...{ log, signal, conversion: recipe.conversion },
    make: asItIs
      ? undefined
      : async (image, blobs): Promise<MadeFile> => {
          const make = { frame: job, image, blobs, log, progress: unwatched, signal };
          return { path, format: recipe.format, ...(await makeFile(make)) };
        },
    ...(job.signers ? { signatures: (copy: string) => signaturesIn(copy, job.signers, signal) } : {}),
    onStage: (stage) => say({ type: "stage", status: "HASHING", text: WORDS[stage] }),
  });
  if (file === undefined) throw new TypeError("an import always makes a file");
  if (file.path !== path) await rename(file.path, path);
  if (asItIs && job.examiner !== undefined) await unpackTree(path, treeFolder(folder), signal);
  const measured = asItIs ? await finished(path, signal) : { bytes: file.bytes, digest: file.digest };
  await examineTree(job, facts, { say, signal });
  const effort = { fetched: 0, seconds: (performance.now() - begun) / 1000 };
  say({ type: "made", facts, file: measured, effort });
}

async function signaturesIn(copy: string, signers: SignerFiles | undefined, signal: AbortSignal) {
  const [{ collectFileSignatures }, { keyringIn }, { publicKey, readPem }] = await Promise.all([
    import("../../signing/collect-file-signatures.ts"),
    import("../../signing/keyring.ts"),
    import("../../signing/pem-key.ts"),
  ]);
  const keys = await Promise.all((signers?.keys ?? []).map(async (path) => publicKey(await readPem(path), path)));
  const keyrings = signers ? [keyringIn(signers.keyring)] : [];
  return collectFileSignatures(copy, { keyrings, keys, now: new Date(), signal });
}

const WORDS = { HASHING: "Reading the file", CONVERSION: "Packing image" } as const;
