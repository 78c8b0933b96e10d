// Asks a registry whether a repository has a blob, and how big it is.

import type { Digest } from "../../base/digest.ts";
import { answerFailure } from "../../oci/registry/answer-failure.ts";
import { discard } from "../../oci/registry/body.ts";
import type { Place } from "../../oci/registry/pull-requests.ts";
import type { ApiResponse } from "../../oci/registry/session.ts";
import type { Descriptor } from "../../oci/types.ts";
import { fail } from "./errors.ts";

/** The blob, with the size that its registry tells. @throws E_BLOB_UNKNOWN, E_AUTH_…, E_MIRROR_ANSWER */
export async function headBlob(at: Place, digest: Digest, signal: AbortSignal): Promise<Descriptor> {
  const what = `${at.endpoint.host}/${at.endpoint.repository}@${digest}`;
  const answer = await ask(at, digest, what, "HEAD", signal);
  const size = Number(answer.response.headers["content-length"] ?? "NaN");
  await discard(answer.response.body);
  if (answer.response.status === 200 && Number.isSafeInteger(size)) return blob(digest, size);
  const own = !answer.response.redirected && answer.response.status !== 200;
  if (own) throw await refusal(at, answer, what);
  // Storage that a registry redirects to may sign for GET only; the first byte tells the size too.
  return blob(digest, await sizeByRange(at, digest, what, signal));
}

async function sizeByRange(at: Place, digest: Digest, what: string, signal: AbortSignal): Promise<number> {
  const { response } = await ask(at, digest, what, "GET", signal);
  response.body.on("error", () => undefined).destroy();
  const total = /\/([0-9]{1,15})$/.exec(response.headers["content-range"] ?? "")?.[1];
  const size = Number(response.status === 206 ? total : response.headers["content-length"]);
  if (![200, 206].includes(response.status) || !Number.isSafeInteger(size))
    throw fail("E_MIRROR_ANSWER", { host: at.endpoint.host, what, status: response.status });
  return size;
}

function ask(at: Place, digest: Digest, what: string, method: "HEAD" | "GET", signal: AbortSignal) {
  const { repository } = at.endpoint;
  const range = method === "GET" ? { range: "bytes=0-0" } : {};
  const headers = { "accept-encoding": "identity", ...range };
  return at.session.request({ method, path: `${repository}/blobs/${digest}`, headers, repository, what, signal });
}

function refusal(at: Place, { response, source }: ApiResponse, what: string): Promise<Error> {
  return answerFailure(response, { what, host: at.endpoint.host, kind: "blob", source }, at.clock.now());
}

function blob(digest: Digest, size: number): Descriptor {
  return { mediaType: "application/octet-stream", digest, size };
}
