// One pull, inside the job process: the image is looked up, the server told of it, and when it says so the file is made.

import { type Log, unwatched } from "../../base/log.ts";
import { blobSource } from "../../oci/fetch/blob-source.ts";
import { PATIENCE } from "../../oci/fetch/transfer.ts";
import { parsePlatform } from "../../oci/platform.ts";
import { formatReference } from "../../oci/reference.ts";
import { type Cache, openCache } from "../../oci/store/cache.ts";
import { withHealing } from "../../oci/store/healing.ts";
import { examineTree } from "./examiner.ts";
import { fetchProgress } from "./fetch-progress.ts";
import { imageReference } from "./image-reference.ts";
import type { ImageFacts, JobMessage, PullJob } from "./job-messages.ts";
import type { LocationPatience } from "./location-client.ts";
import { makeFile } from "./make-file.ts";
import { type FoundImage, resolveImage } from "./resolve.ts";

/** What a job process has. */
export interface JobTools {
  say(message: JobMessage): void;
  /** Resolves when the server lets the job go on. */
  goOn(): Promise<void>;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Performs the pull. @throws what registries, layers, disks and tools make fail */
export async function performPull(job: PullJob, tools: JobTools): Promise<void> {
  const { say, log, signal } = tools;
  say({ type: "stage", status: "PULLING", text: "Getting manifest" });
  const locations = new Map([[job.location.name, job.location]]);
  const { reference } = imageReference(job.tag, { locations, defaultLocation: job.location.name });
  const cache = await openCache({ root: job.cacheDir, tempDir: job.folder, log });
  const found = await resolveImage({
    ...{ location: job.location, reference, credential: job.credential, platform: parsePlatform(job.platform) },
    ...{ cache, log, progress: unwatched, patience: patienceOf(job), signal },
  });
  try {
    if (job.signaturePolicy !== undefined) {
      say({ type: "stage", status: "PULLING", text: "Checking signatures" });
      const { checkSignatures } = await import("./signature-check.ts");
      await checkSignatures(job.signaturePolicy, found, tools);
    }
    const facts = { ...factsOf(found, formatReference(reference)), ...(await signaturesOf(job, found, tools)) };
    say({ type: "found", facts });
    await tools.goOn();
    const { file, effort } = await fetchAndMake(job, found, cache, tools);
    await examineTree(job, facts, tools);
    say({ type: "made", facts, file, effort });
  } finally {
    await found.close();
    await cache.close();
  }
}

// Before anything is decided: an image that is there is judged again when somebody has signed it since.
async function signaturesOf(
  { collectSignatures: wanted }: PullJob,
  { client, image, pull }: FoundImage,
  { log, signal, say }: JobTools,
): Promise<Pick<ImageFacts, "signatures">> {
  if (!wanted) return {};
  say({ type: "stage", status: "PULLING", text: "Looking for signatures" });
  const { collectSignatures } = await import("../../signing/collect-signatures.ts");
  const signed = { digest: image.descriptor.digest, manifestBytes: image.manifestBytes };
  return { signatures: await collectSignatures({ client, log, signal }, pull.reference, signed) };
}

function patienceOf({ silentMs }: PullJob): LocationPatience {
  // A slot is not kept for waiting: the queue is better at it.
  if (silentMs === undefined) return { retry: { retries: 2, longest: 5000 } };
  return { timeouts: { connect: silentMs, headers: silentMs, body: silentMs }, retry: { retries: 1, base: 50 } };
}

async function fetchAndMake(job: PullJob, found: FoundImage, cache: Cache, tools: JobTools) {
  const { say, log, signal } = tools;
  const { image, pull } = found;
  const { layers } = image.manifest;
  const begun = performance.now();
  const progress = fetchProgress(layers, say);
  for (const layer of layers) if (await cache.blobs.has(layer)) progress.present(layer);
  const patience = job.silentMs === undefined ? PATIENCE : { ...PATIENCE, idleMs: job.silentMs, tries: 2 };
  const blobs = blobSource({
    ...{ store: cache.blobs, log, progress, signal, patience },
    fetch: async (descriptor, request) => (await pull.client()).blob(pull.reference, descriptor, request),
  });
  try {
    const fetched = blobs.prefetch(layers);
    // What fails here fails where the conversion opens that layer, too.
    fetched.then(() => say({ type: "stage", status: "CONVERSION", text: "Converting image" })).catch(() => undefined);
    const healing = { damaged: () => blobs.damaged(layers), signal };
    const make = { frame: job, image, blobs, log, progress: unwatched, signal };
    const file = await withHealing(healing, () => makeFile(make));
    return { file, effort: { fetched: progress.fetched, seconds: (performance.now() - begun) / 1000 } };
  } finally {
    await blobs.close();
  }
}

function factsOf({ image, private: closed }: FoundImage, source: string): ImageFacts {
  const { config, descriptor } = image;
  const run = config.config ?? {};
  return {
    id: descriptor.digest.slice(descriptor.digest.indexOf(":") + 1),
    digest: descriptor.digest,
    private: closed,
    source,
    arch: config.architecture,
    os: config.os,
    env: run.Env ?? [],
    entry: run.Entrypoint ?? null,
    cmd: run.Cmd ?? null,
    workdir: run.WorkingDir || null,
    labels: run.Labels ?? {},
    user: run.User || null,
  };
}
