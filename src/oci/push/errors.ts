// What can go wrong while an image is pushed. Refusals that a pull may meet too (logins, limits) have the words of
// `registry/errors.ts`.

import { defineErrors } from "../../base/errors.ts";
import { type AnswerError, type Asked, failureOf, readError } from "../registry/answer-failure.ts";
import type { Place } from "../registry/pull-requests.ts";
import type { ApiResponse } from "../registry/session.ts";

const LATER = "try again: what has arrived is not sent again";

/** Makes the failures of pushing. */
export const fail = defineErrors({
  E_PUSH_NAME: {
    text: "pushing {what}: {host} has no such repository and makes none{message}",
    hint: "check the spelling, or make the repository (or its project) with the registry's own means first",
    http: 404,
  },
  E_PUSH_DENIED: {
    text: "pushing {what}: {host} does not let {who} write there{message}",
    hint: "ask the repository's owner for the right to push, or use another login",
    http: 403,
  },
  E_PUSH_UNSUPPORTED: {
    text: "pushing {what}: {host} takes no pushes{message}",
    hint: "it may be a mirror or read-only for now; push to the registry behind it",
    http: 405,
  },
  E_PUSH_LARGE: {
    text: "pushing {what}: {host}, or a proxy in front of it, refuses so large a request",
    hint: "have the limit of request bodies raised there",
    http: 413,
  },
  E_PUSH_FULL: {
    text: "pushing {what}: {host} has no room for it{message}",
    hint: "remove images there, or ask for a larger quota",
    http: 507,
  },
  E_PUSH_MANIFEST: {
    text: "pushing {what}: {host} refuses the manifest{message}",
    hint: "an old registry may not know OCI manifests or zstd layers; try --layer-compression gzip",
    http: 400,
  },
  E_PUSH_IMMUTABLE: {
    text: "pushing {what}: {host} does not let this tag be changed{message}",
    hint: "push under another tag",
    http: 409,
  },
  E_PUSH_STATUS: { text: "pushing {what}: {host} answered with status {status}{message}", hint: LATER, http: 502 },
  E_PUSH_ANSWER: {
    text: "pushing {what}: the answer of {host} makes no sense: {why}",
    hint: "tell the owner of {host}",
    http: 502,
  },
  E_PUSH_FAILED: { text: "pushing {what} to {host} failed again and again: {reason}", hint: LATER, http: 502 },
});

/** The failure that a registry's answer to a push stands for; reads its body. */
export async function pushFailure(at: Place, answer: ApiResponse, what: string): Promise<Error> {
  const { response, source } = answer;
  const { host } = at.endpoint;
  const error = await readError(response);
  const asked: Asked = { what, host, kind: "blob", source };
  const fields = { what, host, status: response.status, message: error.message ? `: ${error.message}` : "" };
  const known = knownFailure(response.status, error, fields, source);
  return known ?? failureOf(response, error, asked, at.clock.now());
}

type Fields = Readonly<Record<string, string | number>>;

function knownFailure(status: number, error: AnswerError, fields: Fields, source: string | undefined) {
  const { code, message } = error;
  if (status === 401 || status === 429 || code === "UNAUTHORIZED" || code === "TOOMANYREQUESTS") return undefined;
  // Registries say so in many ways, and with many statuses.
  if (status === 507 || /quota|no space left|storage limit|insufficient storage/i.test(message))
    return fail("E_PUSH_FULL", fields);
  if (/immutable/i.test(`${code} ${message}`) || (status === 409 && code === "TAG_INVALID"))
    return fail("E_PUSH_IMMUTABLE", fields);
  if (status === 403 || code === "DENIED")
    return fail("E_PUSH_DENIED", { ...fields, who: source ? `the login from ${source}` : "an anonymous caller" });
  if (status === 413 || code === "SIZE_INVALID") return fail("E_PUSH_LARGE", fields);
  if (status === 405 || code === "UNSUPPORTED") return fail("E_PUSH_UNSUPPORTED", fields);
  if (
    code === "MANIFEST_INVALID" ||
    code === "MANIFEST_BLOB_UNKNOWN" ||
    code === "MANIFEST_UNVERIFIED" ||
    status === 415
  )
    return fail("E_PUSH_MANIFEST", fields);
  if (status === 404 || code === "NAME_UNKNOWN" || code === "NAME_INVALID") return fail("E_PUSH_NAME", fields);
  return fail("E_PUSH_STATUS", fields);
}
