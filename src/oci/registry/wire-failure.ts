// Turns what the socket, TLS and HTTP layers report into failures a person can act on, and says which of them are
// worth another try.

import { BerthError, errnoOf, isOwnFault, reasonOf } from "../../base/errors.ts";
import { isUnknownIssuer } from "./connector.ts";
import { fail } from "./errors.ts";
import { CONNECT_WORDS, TIMEOUT_WORDS } from "./words.ts";

// What a TLS library says when words came back instead of a handshake.
const PLAIN_ANSWER =
  /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|wrong version number|packet length too long/;

/** The failure for an error of the transport; failures of our own pass as they are. */
export function wireFailure(error: unknown, host: string): Error {
  if (error instanceof BerthError) return error;
  const cause = innermost(error);
  if (isOwnFault(cause)) return cause as Error;
  const code = errnoOf(cause) ?? "";
  const name = cause instanceof Error ? cause.name : "";
  if (name === "TimeoutError") return fail("E_TIMEOUT", { host, why: "no connection" }, { cause });
  if (name === "AbortError" || code === "ABORT_ERR") return cause instanceof Error ? cause : new Error("aborted");
  const late = TIMEOUT_WORDS[code];
  if (late !== undefined) return fail("E_TIMEOUT", { host, why: late }, { cause });
  if (PLAIN_ANSWER.test(`${code} ${reasonOf(cause)}`)) return fail("E_PLAIN_HTTP", { host }, { cause });
  if (isUnknownIssuer(cause)) return fail("E_TLS", { host, why: "nobody we trust signed it" }, { cause });
  if (code.startsWith("CERT_") || code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return fail("E_TLS", { host, why: certificateWords(code, cause) }, { cause });
  }
  if (code.startsWith("ERR_SSL") || code.startsWith("ERR_TLS") || code === "EPROTO") {
    return fail("E_TLS_HANDSHAKE", { host, why: reasonOf(cause).split("\n")[0] ?? code }, { cause });
  }
  return fail("E_CONNECT", { host, why: CONNECT_WORDS[code] ?? reasonOf(cause) }, { cause });
}

function certificateWords(code: string, cause: unknown): string {
  if (code === "CERT_HAS_EXPIRED") return "it has expired";
  if (code === "CERT_NOT_YET_VALID") return "it is not yet valid; compare this machine's clock";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return "it was issued for another host";
  return reasonOf(cause);
}

// Trying both address families gives an AggregateError; undici wraps some errors once more.
function innermost(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0]);
  if (error instanceof Error && errnoOf(error) === undefined && error.cause instanceof Error)
    return innermost(error.cause);
  return error;
}

/**
 * How many further tries a failure is worth: none for what waiting does not change, two for a refused connection
 * (a registry that restarts; a closed port should be told soon), else as many as the policy allows.
 */
export function worthRetrying(failure: Error): number {
  if (!(failure instanceof BerthError)) return 0;
  if (failure.code === "E_TIMEOUT") return Number.POSITIVE_INFINITY;
  if (failure.code !== "E_CONNECT") return 0;
  const code = errnoOf(failure.cause) ?? "";
  if (["ENOTFOUND", "ERR_INVALID_URL", "EACCES", "EPERM"].includes(code)) return 0;
  return code === "ECONNREFUSED" ? 2 : Number.POSITIVE_INFINITY;
}
