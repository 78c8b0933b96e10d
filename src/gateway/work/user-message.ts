// From a failure inside a job to the sentence that its user reads, and whether trying again has a point. Users know
// registries and images; where caches and working folders lie, and how berth's own commands log in, is not theirs to know.

import { BerthError, errnoOf, reasonOf } from "../../base/errors.ts";
import { fail } from "./errors.ts";
import type { JobFailure } from "./job-messages.ts";

const LOGIN = "if it is private, log in to that registry and pull again";
const LATER = "the gateway tries again by itself; if it lasts, tell those who run the registry";

/** What to do, where the failure's own hint speaks to users of the command line. */
const HINTS: Readonly<Record<string, string>> = {
  E_AUTH_REQUIRED: LOGIN,
  E_DENIED: "ask the repository's owner for access, or log in with another account",
  E_MANIFEST_UNKNOWN: "check the spelling",
  E_RATE_LIMITED: "log in to that registry for a larger limit, or wait",
  E_TLS: "tell those who run the gateway: the location may need its sslcacert",
  E_TLS_HANDSHAKE: "tell those who run the gateway",
  E_PLAIN_HTTP: "tell those who run the gateway: the location's url should begin with http://",
  E_CONNECT: LATER,
  E_TIMEOUT: LATER,
  E_PROXY: LATER,
  E_TRANSFER_SHORT: LATER,
  E_TRANSFER_STALLED: LATER,
  E_TRANSFER_FAILED: LATER,
  E_LAYER_LIMIT: "ask those who run the gateway",
};

/** Failures of the gateway's own folders and files, and what of it users may know. */
const INSIDE: Readonly<Record<string, string>> = {
  E_STORE_UNWRITABLE: "its cache cannot be written",
  E_STORE_VANISHED: "its cache was removed meanwhile",
  E_LOCK_STUCK: "its cache cannot be locked",
  E_BLOB_MISSING: "its cache lost a part of the image",
  E_BLOB_CORRUPT: "its cache was damaged",
  E_CONTAINERS_POLICY: "the site's signature policy cannot be used",
  E_CERTS_FILE: "the certificate file of this registry's location cannot be read",
  E_IMAGE_FILE: "the image file could not be written",
  E_SQUASHFS_WRITE: "the image file could not be written",
  E_SQUASHFS_TOOL_MISSING: "a program for the site's choice of compression is not installed",
  E_PUBLISH_TARGET: "the system's image folder is not set up rightly",
  E_PUBLISH_UNWRITABLE: "the system's image folder cannot be written",
  E_PUBLISH_DAMAGED: "the image did not arrive whole on the system",
  E_PUBLISH_GONE: "the image vanished from the system",
  E_PUBLISH_UNREACHABLE: "the system cannot be reached",
  E_PUBLISH_REFUSED: "the system does not let it in",
  E_PUBLISH_REMOTE: "the system refused the image",
  E_PUBLISH_SLOW: "the system does not answer",
};

/** Places that can be full, by the failure that says so. */
const FULL: Readonly<Record<string, string>> = {
  E_STORE_FULL: "cache",
  E_TRANSFER_SPACE: "cache",
  E_PUBLISH_FULL: "image folder on this system",
};

const PASSING = [
  ...["E_CONNECT", "E_TIMEOUT", "E_PROXY", "E_TRANSFER_SHORT", "E_TRANSFER_STALLED", "E_TRANSFER_FAILED"],
  ...["E_WORK_SILENT", "E_WORK_JOB_ENDED"],
  ...["E_PUBLISH_UNREACHABLE", "E_PUBLISH_SLOW", "E_PUBLISH_DAMAGED"],
];
/** Statuses that may be different a while later. */
const PASSING_STATUS = [408, 425, 429, 500, 502, 503, 504];
/** Seconds of a registry's Retry-After that are waited for; after more the user is told instead. */
const LONGEST_WAIT = 900;

/** What a job failed with; `hidden` are texts that must not get out (paths, passwords). */
export function jobFailure(error: unknown, hidden: readonly string[]): JobFailure {
  const told = forUsers(error);
  const words = told.hint === undefined ? told.message : `${told.message}; ${told.hint}`;
  return {
    code: told.code,
    message: without(words.replace(/\s*\n\s*/g, " "), hidden),
    again: secondsUntilAgain(error),
    detail: without(detailOf(error), hidden),
  };
}

function forUsers(error: unknown): { readonly code: string; readonly message: string; readonly hint?: string } {
  const failure = error instanceof BerthError ? error : undefined;
  const place = FULL[failure?.code ?? ""] ?? "working space";
  if (isFull(error)) return known(fail("E_WORK_DISK", { place }));
  const inside = INSIDE[failure?.code ?? ""];
  if (failure === undefined || inside !== undefined)
    return known(fail("E_WORK_INSIDE", { reason: inside ?? "something unexpected happened" }));
  return known(failure, HINTS[failure.code]);
}

function known(failure: BerthError, hint = failure.hint) {
  const { code, message } = failure;
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}

// Wherever in the chain of causes: a full disk shows itself to whoever writes at that moment.
function isFull(error: unknown): boolean {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) {
    if (["ENOSPC", "EDQUOT"].includes(errnoOf(at) ?? "")) return true;
    if (at instanceof BerthError && FULL[at.code] !== undefined) return true;
    if (at instanceof BerthError && /no space left|disk quota/i.test(at.message)) return true;
  }
  return false;
}

function secondsUntilAgain(error: unknown): number | undefined {
  if (!(error instanceof BerthError)) return undefined;
  if (PASSING.includes(error.code)) return 0;
  const status = Number(error.fields["status"]);
  if (error.code === "E_RATE_LIMITED") {
    const wait = Number(error.fields["seconds"] ?? 60);
    return wait <= LONGEST_WAIT ? wait : undefined;
  }
  return PASSING_STATUS.includes(status) ? 0 : undefined;
}

function detailOf(error: unknown): string {
  const words: string[] = [];
  for (let at: unknown = error, depth = 0; at !== undefined && depth < 8; depth += 1) {
    words.push(at instanceof BerthError ? `${at.code}: ${at.message}` : reasonOf(at));
    at = at instanceof Error ? at.cause : undefined;
  }
  return words.join("; because: ");
}

function without(text: string, hidden: readonly string[]): string {
  return hidden.filter((part) => part.length > 3).reduce((words, part) => words.replaceAll(part, "…"), text);
}
