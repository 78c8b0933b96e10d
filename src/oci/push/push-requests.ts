// The requests of a push at one place (distribution-spec "Push"): each is one exchange, with the answer understood. When
// to send which is decided in `upload.ts` and `push-image.ts`.

import type { Readable } from "node:stream";
import { type Digest, digestParts } from "../../base/digest.ts";
import { discard } from "../registry/body.ts";
import { headerDigest } from "../registry/manifest-answer.ts";
import type { Place } from "../registry/pull-requests.ts";
import type { ApiRequest, ApiResponse } from "../registry/session.ts";
import type { Descriptor } from "../types.ts";
import { fail, pushFailure } from "./errors.ts";

/** Where an image is pushed to, and how that is called in messages. */
export interface Destination {
  readonly at: Place;
  /** `host/path:tag` */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
}

/** An upload that has begun. */
export interface Upload {
  /** Where its next request goes. */
  readonly location: URL;
  /** Bytes that the registry has. */
  readonly received: number;
  /** Bytes that a piece must have at least. */
  readonly pieceMin: number;
}

/** Bytes from `from` on; `length` of them are sent. */
export interface Piece {
  readonly from: number;
  readonly length: number;
  /** True when they are the whole content. */
  readonly whole: boolean;
  open(): Promise<Readable>;
}

/** A registry may copy gigabytes between stores before it answers. */
const PATIENCE = 15 * 60_000;
const OCTETS = { "content-type": "application/octet-stream" };

/** True when the repository has the blob. */
export async function hasBlob(to: Destination, { digest }: Descriptor): Promise<boolean> {
  const answer = await ask(to, { method: "HEAD", path: `${to.at.endpoint.repository}/blobs/${digest}` });
  await discard(answer.response.body);
  if (answer.response.status === 200) return true;
  // A HEAD has no body to tell more; what stands against a push is said when it begins.
  return false;
}

/** Asks for the blob of another repository of the registry; an upload when the registry wants the bytes after all. */
export async function mountBlob(to: Destination, { digest }: Descriptor, from: string): Promise<"mounted" | Upload> {
  const query = new URLSearchParams({ mount: digest, from });
  const path = `${to.at.endpoint.repository}/blobs/uploads/?${query}`;
  const answer = await ask(to, { method: "POST", path, from, headers: { "content-length": "0" } });
  if (answer.response.status !== 201) return begun(to, answer);
  await discard(answer.response.body);
  return "mounted";
}

/** Begins an upload. @throws E_PUSH_… */
export async function beginUpload(to: Destination): Promise<Upload> {
  const path = `${to.at.endpoint.repository}/blobs/uploads/`;
  return begun(to, await ask(to, { method: "POST", path, headers: { "content-length": "0" } }));
}

/** Asks how much of an upload has arrived; undefined when the registry knows nothing of it any more. */
export async function uploadStatus(to: Destination, { location, pieceMin }: Upload): Promise<Upload | undefined> {
  const answer = await ask(to, { method: "GET", path: location });
  await discard(answer.response.body);
  const { status, headers } = answer.response;
  if (status !== 204 && status !== 200 && status !== 202) return undefined;
  const received = reached(headers["range"]);
  if (received === undefined) return undefined;
  return { location: locationOf(to, answer) ?? location, received, pieceMin };
}

/** Sends a piece. @throws E_PUSH_…, and what the connection makes fail */
export async function sendPiece(to: Destination, upload: Upload, piece: Piece): Promise<Upload> {
  const { from, length, whole, open } = piece;
  const answer = await ask(to, {
    method: "PATCH",
    path: upload.location,
    headers: {
      ...OCTETS,
      "content-length": String(length),
      // Without it a whole content is a streamed upload, which more registries know than uploads in pieces.
      ...(whole ? {} : { "content-range": `${from}-${from + length - 1}` }),
    },
    body: open,
    once: true,
    patience: PATIENCE,
  });
  const next = await begun(to, answer);
  return { ...next, received: reached(answer.response.headers["range"]) ?? from + length };
}

/** Ends an upload, with its last or only piece where there is one. @throws E_PUSH_… */
export async function finishUpload(to: Destination, upload: Upload, blob: Descriptor, piece?: Piece): Promise<void> {
  const path = new URL(upload.location);
  path.searchParams.set("digest", blob.digest);
  const answer = await ask(to, {
    method: "PUT",
    path,
    headers: { ...OCTETS, "content-length": String(piece?.length ?? 0) },
    ...(piece === undefined ? {} : { body: piece.open }),
    once: true,
    patience: PATIENCE,
  });
  if (answer.response.status !== 201 && answer.response.status !== 204) throw await pushFailure(to.at, answer, to.what);
  await discard(answer.response.body);
  agree(to, headerDigest(answer.response.headers["docker-content-digest"]), blob.digest);
}

/** Gives an upload up; whatever comes of it. */
export async function cancelUpload(to: Destination, { location }: Upload): Promise<void> {
  const answer = await ask(to, { method: "DELETE", path: location }).catch(() => undefined);
  if (answer) await discard(answer.response.body);
}

/** Puts the manifest under a tag or its digest. @throws E_PUSH_… */
export async function putManifest(
  to: Destination,
  name: string,
  { mediaType, digest }: Descriptor,
  bytes: Uint8Array,
): Promise<void> {
  const answer = await ask(to, {
    method: "PUT",
    path: `${to.at.endpoint.repository}/manifests/${name}`,
    headers: { "content-type": mediaType, "content-length": String(bytes.length) },
    body: bytes,
    patience: PATIENCE,
  });
  const { status, headers } = answer.response;
  if (status !== 201 && status !== 200 && status !== 202) throw await pushFailure(to.at, answer, to.what);
  await discard(answer.response.body);
  agree(to, headerDigest(headers["docker-content-digest"]), digest);
}

type Wish = Omit<ApiRequest, "repository" | "what" | "signal" | "actions" | "headers"> & {
  readonly headers?: ApiRequest["headers"];
};

function ask({ at, what, signal }: Destination, wish: Wish): Promise<ApiResponse> {
  const { repository } = at.endpoint;
  return at.session.request({ headers: {}, ...wish, repository, what, actions: "pull,push", signal });
}

async function begun(to: Destination, answer: ApiResponse): Promise<Upload> {
  const { status, headers, body } = answer.response;
  if (status !== 202) throw await pushFailure(to.at, answer, to.what);
  await discard(body);
  const location = locationOf(to, answer);
  if (location === undefined) throw senseless(to, "it does not say where an upload goes");
  const pieceMin = Number(headers["oci-chunk-min-length"] ?? 0);
  return { location, received: 0, pieceMin: Number.isSafeInteger(pieceMin) && pieceMin > 0 ? pieceMin : 0 };
}

function locationOf(to: Destination, { response }: ApiResponse): URL | undefined {
  const location = response.headers["location"];
  if (location === undefined) return undefined;
  if (!URL.canParse(location, response.url.href)) throw senseless(to, "its Location is no URL");
  const url = new URL(location, response.url);
  if (url.protocol !== "https:" && url.protocol !== "http:") throw senseless(to, `it sends uploads to ${url.protocol}`);
  url.username = "";
  url.password = "";
  return url;
}

// "0-99" or "bytes=0-99": a hundred bytes are there. "0-0" means one byte or none; none is the safe reading.
function reached(range: string | undefined): number | undefined {
  const end = /^(?:bytes[= ])?0-([0-9]{1,16})$/.exec(range?.trim() ?? "")?.[1];
  if (end === undefined) return undefined;
  return end === "0" ? 0 : Number(end) + 1;
}

function agree(to: Destination, got: Digest | undefined, want: Digest): void {
  if (got === undefined || got === want || digestParts(got).algorithm !== digestParts(want).algorithm) return;
  throw senseless(to, `it took ${want} for ${got}`);
}

function senseless({ at, what }: Destination, why: string): Error {
  return fail("E_PUSH_ANSWER", { what, host: at.endpoint.host, why });
}
