// Turns a registry's refusal (distribution-spec "Error codes") into a failure that names the thing and the next step.
// The body is a stranger's: at most 64 KiB are read, control characters go, signed queries are cut out.

import { asObject, asString, jsonObject } from "../json.ts";
import { readBounded } from "./body.ts";
import { fail } from "./errors.ts";
import { parseRetryAfter } from "./retry.ts";
import type { HttpResponse } from "./transport.ts";

const MAX_ERROR_BODY = 64 * 1024;
const MAX_MESSAGE = 300;

/** What was asked for, and as whom. */
export interface Asked {
  /** The thing, as the user would name it. */
  readonly what: string;
  /** The registry's name. */
  readonly host: string;
  /** What was fetched decides what a 404 means. */
  readonly kind: "manifest" | "blob" | "login";
  /** Where the credential in use came from; undefined: we asked as nobody. */
  readonly source: string | undefined;
}

/** The failure that an answer other than success stands for; reads its body. */
export async function answerFailure(response: HttpResponse, asked: Asked, now: number): Promise<Error> {
  return failureOf(response, await readError(response), asked, now);
}

/** The same for an answer whose error has been read already. */
export function failureOf(response: HttpResponse, { code, message }: AnswerError, asked: Asked, now: number): Error {
  const { what, host, source } = asked;
  // Most registries say only what our own sentence already says.
  const idle = message === "" || /^(?:manifest unknown|unauthorized|authentication required|denied)\W*$/i.test(message);
  const fields = { what, host, message: idle ? "" : `: ${message}`, status: response.status };
  if (response.status === 429 || code === "TOOMANYREQUESTS") return rateFailure(response, fields, source, now);
  if (response.status === 401 || code === "UNAUTHORIZED") {
    return source === undefined ? fail("E_AUTH_REQUIRED", fields) : fail("E_AUTH_REFUSED", { ...fields, source });
  }
  if (response.status === 403 || code === "DENIED") {
    return fail("E_DENIED", {
      ...fields,
      who: source === undefined ? "an anonymous caller" : `the login from ${source}`,
    });
  }
  if (code === "NAME_UNKNOWN" || code === "NAME_INVALID") return fail("E_NAME_UNKNOWN", fields);
  if (response.status === 404 && asked.kind !== "login") {
    return fail(asked.kind === "blob" ? "E_BLOB_UNKNOWN" : "E_MANIFEST_UNKNOWN", fields);
  }
  return fail("E_REGISTRY_STATUS", fields);
}

type Fields = Readonly<Record<string, string | number>>;

function rateFailure(response: HttpResponse, fields: Fields, source: string | undefined, now: number): Error {
  const host = String(fields["host"]);
  const wait = parseRetryAfter(response.headers["retry-after"], now) ?? resetWait(response.headers);
  const whose =
    source === undefined
      ? "the limit is that of anonymous callers from this network address"
      : `the limit is that of the login from ${source}`;
  const figures = rateFigures(response.headers);
  const when = wait === undefined ? "it usually resets within hours" : `it resets ${afterWords(wait)}`;
  const login =
    source === undefined ? `log in for a larger limit: berth registry login --username NAME docker://${host}; or ` : "";
  const next = `${login}wait, or pull through a mirror (registries.conf)`;
  const seconds = wait === undefined ? undefined : Math.ceil(wait / 1000);
  return fail("E_RATE_LIMITED", { ...fields, limit: `${whose}; ${figures}${when}`, next, seconds });
}

// "100;w=21600": a hundred requests in a window of 21600 seconds (the hub's form of the RateLimit headers).
function rateFigures(headers: Readonly<Record<string, string>>): string {
  const limit = /^([0-9]{1,9})(?:;\s*w=([0-9]{1,9}))?/.exec(headers["ratelimit-limit"] ?? "");
  if (!limit?.[1]) return "";
  return `${limit[1]} requests${limit[2] ? ` in ${spanWords(Number(limit[2]) * 1000)}` : ""}; `;
}

function resetWait(headers: Readonly<Record<string, string>>): number | undefined {
  const reset = /^[0-9]{1,9}$/.exec(headers["ratelimit-reset"] ?? "")?.[0];
  return reset === undefined ? undefined : Number(reset) * 1000;
}

function afterWords(milliseconds: number): string {
  return milliseconds < 1000 ? "now" : `in ${spanWords(milliseconds)}`;
}

function spanWords(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
}

/** What a registry says is wrong. */
export interface AnswerError {
  /** In capitals; empty when there is none. */
  readonly code: string;
  readonly message: string;
}

/** The first error of a registry's JSON answer, made safe to show. */
export async function readError(response: HttpResponse): Promise<AnswerError> {
  const nothing = { code: "", message: "" };
  const body = await readBounded(response.body, MAX_ERROR_BODY).catch(() => undefined);
  const document = body === undefined ? undefined : jsonObject(body);
  const list = document?.["errors"];
  const first = Array.isArray(list) ? asObject(list[0]) : undefined;
  // Token servers answer in their own ways: {"details": …}, {"error": …, "error_description": …}.
  const flat = document?.["details"] ?? document?.["error_description"] ?? document?.["message"];
  if (first === undefined) return { ...nothing, message: shown(asString(flat) ?? "") };
  return { code: shown(asString(first["code"]) ?? "").toUpperCase(), message: shown(asString(first["message"]) ?? "") };
}

/** A stranger's text made fit for a terminal: one line, bounded, without control characters and URL queries. */
export function shown(text: string): string {
  const line = text
    .slice(0, 4 * MAX_MESSAGE)
    .replace(/(https?:\/\/[^\s?#"']+)[?#][^\s"']*/gi, "$1?…")
    .replace(/[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+/g, " ")
    .trim();
  return line.length > MAX_MESSAGE ? `${line.slice(0, MAX_MESSAGE)}…` : line;
}
