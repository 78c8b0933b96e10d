// Pushes an image or an artifact: its blobs, several at once, and when all of them are there the manifest. What the
// registry has already, here or in another repository that we know of, is not sent.

import { digestParts } from "../../base/digest.ts";
import { BerthError, hasCode } from "../../base/errors.ts";
import type { Log, Progress } from "../../base/log.ts";
import { slots } from "../fetch/slots.ts";
import { formatReference, type Reference } from "../reference.ts";
import type { RegistryClient } from "../registry/client.ts";
import type { BlobSource, Descriptor } from "../types.ts";
import {
  beginUpload,
  cancelUpload,
  type Destination,
  hasBlob,
  mountBlob,
  putManifest,
  type Upload,
} from "./push-requests.ts";
import { MANNERS, type UploadManners, uploadBlob } from "./upload.ts";

/** A manifest and the blobs that it names. */
export interface Pushable {
  readonly descriptor: Descriptor;
  readonly manifestBytes: Uint8Array;
  /** Configuration and layers. */
  readonly parts: readonly Descriptor[];
  readonly blobs: BlobSource;
}

export interface PushOptions {
  /** Other repositories of the same registry that may have a blob, best first. */
  readonly sources?: (blob: Descriptor) => readonly string[];
  /** Blobs at once; 4 unless said otherwise. */
  readonly uploads?: number | undefined;
  readonly manners?: Partial<UploadManners>;
  readonly log: Log;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}

const UPLOADS = 4;
/** A registry that refuses two mounts will refuse the third. */
const MAX_MOUNTS = 2;

/** Pushes it under the reference's tag, or its digest when there is none. @throws E_PUSH_…, E_AUTH_…, and what `blobs` does */
export async function push(
  pushable: Pushable,
  reference: Reference,
  client: Pick<RegistryClient, "home">,
  options: PushOptions,
): Promise<void> {
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const to = { at: client.home(reference), what: formatReference(reference), signal };
  const free = slots(options.uploads ?? UPLOADS);
  const unique = new Map(pushable.parts.map((part) => [part.digest, part]));
  const work = [...unique.values()].map(async (blob) => {
    const release = await free.take(signal);
    try {
      await bring(to, blob, pushable.blobs, options);
    } catch (error) {
      // The first failure ends the others.
      if (!stop.signal.aborted) stop.abort(error);
      throw error;
    } finally {
      release();
    }
  });
  await Promise.allSettled(work);
  options.signal?.throwIfAborted();
  if (stop.signal.aborted) throw stop.signal.reason;
  const name = reference.tag ?? pushable.descriptor.digest;
  await putManifest(to, name, pushable.descriptor, pushable.manifestBytes);
}

/**
 * Finds out whether the caller may push there, by beginning an upload and giving it up: said before an hour's build, not
 * after it.
 *
 * @throws E_PUSH_…, E_AUTH_…, and what reaching the registry makes fail
 */
export async function checkPush(
  reference: Reference,
  client: Pick<RegistryClient, "home">,
  signal?: AbortSignal,
): Promise<void> {
  const to = { at: client.home(reference), what: formatReference(reference), signal };
  await cancelUpload(to, await beginUpload(to));
}

async function bring(to: Destination, blob: Descriptor, blobs: BlobSource, options: PushOptions): Promise<void> {
  const { log, progress, manners } = options;
  const task = progress.start(`push ${digestParts(blob.digest).hex.slice(0, 12)}`, blob.size);
  try {
    if (await hasBlob(to, blob)) return task.done("already there");
    const begun = await mountFrom(to, blob, options);
    if (begun === "mounted") return task.done("mounted");
    await uploadBlob({ to, blob, blobs, task, log, manners: { ...MANNERS, ...manners } }, begun);
    task.done();
  } catch (error) {
    task.done("failed");
    throw error;
  }
}

async function mountFrom(to: Destination, blob: Descriptor, { sources, log }: PushOptions) {
  const others = (sources?.(blob) ?? []).filter((name) => name !== to.at.endpoint.repository);
  let begun: Upload | undefined;
  for (const from of others.slice(0, MAX_MOUNTS)) {
    try {
      const answer = await mountBlob(to, blob, from);
      // What the refusal before has begun is used by nobody now.
      if (begun) await cancelUpload(to, begun);
      if (answer === "mounted") return answer;
      begun = answer;
    } catch (error) {
      // Mounting is a help: whatever stands against it, the bytes can still be sent.
      if (!(error instanceof BerthError) || hasCode(error, "E_AUTH_REFUSED")) throw error;
      log.debug(`no mount of ${blob.digest} from ${from}: ${error.message}`);
    }
  }
  return begun;
}
