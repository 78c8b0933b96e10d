// What can go wrong in the mirror itself, and how every failure is said in the distribution protocol's words. What goes
// wrong on the way to an upstream is declared by the registry client.

import { BerthError, defineErrors } from "../../base/errors.ts";

/** Makes the mirror's failures. */
export const fail = defineErrors({
  E_MIRROR_PATH: {
    text: "this is no request of the distribution protocol",
    hint: "the mirror answers /v2/NAME/manifests, blobs, tags/list and referrers",
    http: 404,
  },
  E_MIRROR_UPSTREAM: {
    text: "{name} is no registry that this mirror serves",
    hint: "the site's configuration lists the registries (locations); ask those who run the gateway",
    http: 404,
  },
  E_MIRROR_READ_ONLY: {
    text: "the mirror is read only",
    hint: "push to the registry itself, or to the site's own registry",
    http: 405,
  },
  E_MIRROR_LOGIN: {
    text: "{host} opens {name} to nobody without a login, or has no such image",
    hint: "log in to the mirror with your login of {host}",
    http: 401,
  },
  E_MIRROR_REFUSED: {
    text: "{host} does not open {name} to this login",
    hint: "check the login that you gave to the mirror: it must be one of {host}",
    http: 403,
  },
  E_MIRROR_LIMITED: {
    text: "{host} allows no more requests for another {seconds} s",
    hint: "wait; what the mirror has is answered meanwhile",
    http: 429,
  },
  E_MIRROR_ANSWER: {
    text: "{host} answered {what} with status {status}",
    hint: "try again later",
    http: 502,
  },
  E_MIRROR_BROKEN_OFF: {
    text: "the download of {digest} was begun anew",
    hint: "ask again",
    http: 503,
  },
});

/** A failure as the protocol says it (distribution-spec, "Error Codes"). */
export interface ProtocolError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const CODES: Readonly<Record<string, string>> = {
  E_MANIFEST_UNKNOWN: "MANIFEST_UNKNOWN",
  E_NAME_UNKNOWN: "NAME_UNKNOWN",
  E_BLOB_UNKNOWN: "BLOB_UNKNOWN",
  E_MIRROR_UPSTREAM: "NAME_UNKNOWN",
};

const STATUS_CODES: Readonly<Record<number, string>> = {
  400: "NAME_INVALID",
  401: "UNAUTHORIZED",
  403: "DENIED",
  405: "UNSUPPORTED",
  429: "TOOMANYREQUESTS",
};

/** Any thrown value in the protocol's words; a fault of berth's own shows nothing of itself. */
export function protocolError(error: unknown): ProtocolError {
  if (!(error instanceof BerthError)) return { status: 500, code: "UNKNOWN", message: "the gateway failed" };
  const code = CODES[error.code] ?? STATUS_CODES[error.http] ?? "UNKNOWN";
  const hint = error.hint === undefined ? "" : ` (${error.hint})`;
  return { status: error.http, code, message: `${error.message}${hint}` };
}

/** True when the registry gave no verdict about the image: it is down, overloaded or behind a broken network. */
export function outOfReach(error: unknown): boolean {
  return error instanceof BerthError && (error.http === 429 || error.http >= 500);
}
