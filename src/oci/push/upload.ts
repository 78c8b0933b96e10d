// Brings one blob to a registry: small ones in one request, others as one long piece that goes on, after a broken
// connection, where the registry says it stopped; in smaller pieces where a proxy refuses long requests.

import { Readable } from "node:stream";
import { BerthError, hasCode, reasonOf } from "../../base/errors.ts";
import type { Log, Task } from "../../base/log.ts";
import { worthRetrying } from "../fetch/errors.ts";
import type { BlobSource, Descriptor } from "../types.ts";
import { fail } from "./errors.ts";
import {
  beginUpload,
  cancelUpload,
  type Destination,
  finishUpload,
  hasBlob,
  type Piece,
  sendPiece,
  type Upload,
  uploadStatus,
} from "./push-requests.ts";

/** How uploads are cut, and how often they are tried. Sizes in bytes. */
export interface UploadManners {
  /** Up to this size a blob goes in one request. */
  readonly small: number;
  /** Size of the pieces after a request was found too long. */
  readonly piece: number;
  /** Tries in a row that bring nothing before giving up. */
  readonly tries: number;
  /** First pause between tries in milliseconds; it doubles. */
  readonly pauseMs: number;
}

export const MANNERS: UploadManners = { small: 4 * 1024 * 1024, piece: 32 * 1024 * 1024, tries: 5, pauseMs: 400 };
const LONGEST_PAUSE_MS = 15_000;
/** Tries that a plain refusal is worth: it may be of what a broken connection has left. */
const REFUSALS = 2;
const PASSING = ["E_PUSH_STATUS", "E_PUSH_ANSWER", "E_CONNECT", "E_TIMEOUT", "E_RATE_LIMITED", "E_REGISTRY_STATUS"];

/** One blob on its way. */
export interface Sending {
  readonly to: Destination;
  readonly blob: Descriptor;
  readonly blobs: BlobSource;
  readonly manners: UploadManners;
  readonly task: Task;
  readonly log: Log;
}

/** Uploads the blob; `begun` is an upload that a refused mount has left. @throws E_PUSH_…, E_DIGEST_MISMATCH and the like */
export async function uploadBlob(sending: Sending, begun?: Upload): Promise<void> {
  const { to, blob, manners, log } = sending;
  const course: Course = { upload: begun, pieceMax: Number.POSITIVE_INFINITY, shown: 0 };
  for (let vain = 0; ; ) {
    const before = course.upload?.received ?? 0;
    try {
      return await attempt(sending, course);
    } catch (error) {
      to.signal?.throwIfAborted();
      // Nothing is lost by trying again in pieces; what a proxy takes is not known beforehand.
      const shorter = hasCode(error, "E_PUSH_LARGE") && course.pieceMax > manners.piece && blob.size > manners.piece;
      vain += 1;
      if (!shorter && !worthAnother(error, vain, manners)) throw await givenUp(sending, course, error);
      log.debug(`blob ${blob.digest}: ${reasonOf(error)}; trying again`);
      if (shorter) course.pieceMax = manners.piece;
      else await to.at.clock.sleep(Math.min(manners.pauseMs * 2 ** vain, LONGEST_PAUSE_MS), to.signal);
      // The end may have come through, and only the answer been lost.
      if (await hasBlob(to, blob)) return;
      course.upload = await whereItStopped(sending, course, shorter || spoilt(error));
      if (shorter || (course.upload?.received ?? 0) > before) vain = 0;
    }
  }
}

// An upload that was refused holds other bytes than it should, as after a broken connection whose rest still came in.
async function whereItStopped({ to }: Sending, { upload }: Course, anew: boolean): Promise<Upload | undefined> {
  if (upload === undefined) return undefined;
  if (!anew) return uploadStatus(to, upload).catch(() => undefined);
  await cancelUpload(to, upload);
  return undefined;
}

interface Course {
  upload: Upload | undefined;
  pieceMax: number;
  /** Bytes that the progress display knows of. */
  shown: number;
}

async function attempt(sending: Sending, course: Course): Promise<void> {
  const { to, blob, manners } = sending;
  let upload = course.upload ?? (await beginUpload(to));
  course.upload = upload;
  if (upload.received > blob.size) throw fail("E_PUSH_ANSWER", senseless(sending, "it has more bytes than were sent"));
  const single = blob.size <= Math.min(manners.small, course.pieceMax) && upload.received === 0;
  if (single) return finishUpload(to, upload, blob, pieceOf(sending, course, 0, blob.size));
  while (upload.received < blob.size) {
    const from: number = upload.received;
    const length = Math.min(blob.size - from, Math.max(course.pieceMax, upload.pieceMin));
    upload = await sendPiece(to, upload, pieceOf(sending, course, from, length));
    if (upload.received <= from) throw fail("E_PUSH_ANSWER", senseless(sending, "nothing of a piece has arrived"));
    course.upload = upload;
  }
  await finishUpload(to, upload, blob);
}

function pieceOf({ to, blob, blobs, task }: Sending, course: Course, from: number, length: number): Piece {
  async function* counted(content: Readable): AsyncGenerator<Buffer> {
    // Content comes verified from its start only, so what is there already passes by unused.
    let at = 0;
    for await (const chunk of content as AsyncIterable<Buffer>) {
      const useful = chunk.subarray(Math.max(0, from - at), Math.max(0, from + length - at));
      at += chunk.length;
      if (useful.length > 0) yield useful;
      const sent = Math.min(at, from + length);
      if (sent > course.shown) task.advance(sent - course.shown);
      course.shown = Math.max(course.shown, sent);
      if (at >= from + length && from + length < blob.size) return;
    }
  }
  return {
    from,
    length,
    whole: from === 0 && length === blob.size,
    async open() {
      const content = await blobs.open(blob, { signal: to.signal });
      const body = Readable.from(counted(content), { objectMode: false });
      // Where no connection comes about nobody begins to read, and what was never begun closes nothing.
      return body.once("close", () => content.destroy());
    },
  };
}

// Passing troubles are worth some tries. So is, fewer times, a refusal of an upload that was broken off before.
function worthAnother(error: unknown, vain: number, { tries }: UploadManners): boolean {
  if (!(error instanceof BerthError)) return worthRetrying(error) && vain < tries;
  if (!PASSING.includes(error.code)) return false;
  return vain < (spoilt(error) ? REFUSALS : tries);
}

// A range that does not fit (416) only says that more or less has arrived than was thought.
function spoilt(error: unknown): boolean {
  if (hasCode(error, "E_PUSH_ANSWER")) return true;
  const status = hasCode(error, "E_PUSH_STATUS") ? Number((error as BerthError).fields["status"]) : 500;
  return status < 500 && status !== 408 && status !== 416;
}

// What the registry has said explains itself; a connection that keeps breaking does not.
async function givenUp({ to }: Sending, { upload }: Course, error: unknown): Promise<unknown> {
  if (upload) await cancelUpload(to, upload);
  const broken = hasCode(error, "E_CONNECT") || hasCode(error, "E_TIMEOUT");
  if (!broken) return error;
  const { host } = to.at.endpoint;
  return fail("E_PUSH_FAILED", { what: to.what, host, reason: reasonOf(error) }, { cause: error });
}

function senseless({ to }: Sending, why: string) {
  return { what: to.what, host: to.at.endpoint.host, why };
}
