// The requests of a pull at one place (distribution-spec "Pull"): manifests by HEAD and GET, blobs and ranges of them.

import type { Readable } from "node:stream";
import { type Digest, digestParts } from "../../base/digest.ts";
import { MAX_MANIFEST } from "../manifest.ts";
import { MANIFEST_ACCEPT } from "../media-types.ts";
import { formatReference, type Reference } from "../reference.ts";
import type { Descriptor } from "../types.ts";
import { answerFailure } from "./answer-failure.ts";
import { discard } from "./body.ts";
import type { Endpoint } from "./endpoint.ts";
import { fail } from "./errors.ts";
import { headerDigest, manifestFrom } from "./manifest-answer.ts";
import type { Clock } from "./retry.ts";
import type { ApiRequest, ApiResponse, Session } from "./session.ts";

/** Options of one call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** A part of a blob that is wanted; `to` is the last byte's offset, the end when left out. */
export interface RangeOptions extends CallOptions {
  readonly from?: number;
  readonly to?: number;
}

/** The body of a blob, unverified: pass it through a verifier. */
export interface BlobAnswer {
  readonly body: Readable;
  /** True when the body begins at `from`; else it begins at the start, whatever was asked. */
  readonly ranged: boolean;
  /** Bytes of the whole blob, when the registry said so. */
  readonly total?: number;
}

/** Manifest bytes, verified, and the descriptor that names them. */
export interface ManifestAnswer {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/** One place that may hold an image, and the conversation with it. */
export interface Place {
  readonly endpoint: Endpoint;
  readonly session: Session;
  readonly clock: Clock;
}

/** HEAD of a manifest, or GET where HEAD tells too little. */
export async function resolveAt(at: Place, reference: Reference, call: CallOptions): Promise<Descriptor> {
  const { response } = await at.session.request(manifestRequest(at, reference, undefined, "HEAD", call));
  await discard(response.body);
  const size = Number(response.headers["content-length"] ?? "");
  const mediaType = response.headers["content-type"]?.split(";")[0]?.trim();
  const digest = reference.digest ?? headerDigest(response.headers["docker-content-digest"]);
  // Some registries answer HEAD without these, some not at all; a GET tells everything, or why not.
  if (response.status === 200 && digest && mediaType && Number.isSafeInteger(size) && size > 0) {
    return { mediaType, digest, size };
  }
  return (await manifestAt(at, reference, undefined, call)).descriptor;
}

/** A manifest, verified. */
export async function manifestAt(
  at: Place,
  reference: Reference,
  digest: Digest | undefined,
  call: CallOptions,
): Promise<ManifestAnswer> {
  const request = manifestRequest(at, reference, digest, "GET", call);
  const answer = await at.session.request(request);
  if (answer.response.status !== 200) throw await refused(at, answer, request, "manifest");
  const named = { what: request.what, host: at.endpoint.host, max: MAX_MANIFEST };
  return manifestFrom(answer.response, digest ?? reference.digest, named);
}

/** The body of a blob, unverified. */
export async function blobAt(
  at: Place,
  reference: Reference,
  wanted: Descriptor,
  call: RangeOptions,
): Promise<BlobAnswer> {
  const { from = 0, to } = call;
  const ranged = from > 0 || to !== undefined;
  const request: ApiRequest = {
    method: "GET",
    path: `${at.endpoint.repository}/blobs/${wanted.digest}`,
    headers: { "accept-encoding": "identity", ...(ranged ? { range: `bytes=${from}-${to ?? ""}` } : {}) },
    repository: at.endpoint.repository,
    what: `${formatReference(reference)} (blob ${digestParts(wanted.digest).hex.slice(0, 12)})`,
    signal: call.signal,
  };
  const answer = await at.session.request(request);
  const { status, headers, body } = answer.response;
  if (status === 206 && ranged) {
    const range = /^bytes ([0-9]+)-[0-9]+\/(?:([0-9]+)|\*)$/.exec(headers["content-range"] ?? "");
    if (range && Number(range[1]) === from) {
      return { body, ranged: true, ...(range[2] === undefined ? {} : { total: Number(range[2]) }) };
    }
    body.destroy();
    throw fail("E_REGISTRY_ANSWER", { what: request.what, host: at.endpoint.host, why: "it sent another range" });
  }
  if (status !== 200) throw await refused(at, answer, request, "blob");
  const length = Number(headers["content-length"] ?? "NaN");
  return { body, ranged: from === 0 && to === undefined, ...(Number.isSafeInteger(length) ? { total: length } : {}) };
}

function manifestRequest(
  at: Place,
  reference: Reference,
  digest: Digest | undefined,
  method: "GET" | "HEAD",
  call: CallOptions,
): ApiRequest {
  const { repository } = at.endpoint;
  const wanted = digest ?? reference.digest ?? reference.tag ?? "latest";
  return {
    method,
    path: `${repository}/manifests/${wanted}`,
    headers: { accept: MANIFEST_ACCEPT },
    repository,
    what: formatReference(reference),
    signal: call.signal,
  };
}

async function refused(
  at: Place,
  { response, source }: ApiResponse,
  { what }: ApiRequest,
  kind: "manifest" | "blob",
): Promise<Error> {
  const { host } = at.endpoint;
  // Storage that a registry redirects to has errors of its own; its 403 is no word about the caller's rights.
  if (response.redirected) {
    const { status, url } = response;
    await discard(response.body);
    return fail("E_REDIRECTED_STATUS", { what, host, storage: url.host, status });
  }
  return answerFailure(response, { what, host, kind, source }, at.clock.now());
}
