// Refusals of our own routes: problem documents (RFC 9457) with the code of the failure and what to do next.

import { STATUS_CODES } from "node:http";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import type { Static } from "typebox";
import { BerthError } from "../../../base/errors.ts";
import type { Problem } from "./schemas/problem.ts";

/** Seconds after which somebody who came too often, or at a bad moment, may try again. */
const RETRY_AFTER = "5";

const CODES: Readonly<Record<number, string>> = { 413: "E_API_TOO_LONG", 415: "E_API_MEDIA_TYPE" };

/** Answers with what went wrong; the words of what is not a person's fault stay in the log. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = problemOf(error);
  if (problem.status >= 500) request.log.error({ request: request.id, err: error }, "a request failed");
  if (problem.status === 401) reply.header("www-authenticate", 'Bearer realm="berth", Munge');
  if (problem.status === 429 || problem.status === 503) reply.header("retry-after", RETRY_AFTER);
  // As bytes: a problem document has no charset, and the server would add one.
  const body = Buffer.from(JSON.stringify(problem));
  reply.code(problem.status).header("content-type", "application/problem+json").send(body);
}

/** The problem document of what was thrown. */
export function problemOf(error: unknown): Static<typeof Problem> {
  const type = "about:blank";
  if (error instanceof BerthError && error.http !== 500) {
    const { http: status, code, message: detail, hint } = error;
    return { type, title: titleOf(status), status, code, detail, ...(hint === undefined ? {} : { hint }) };
  }
  const { statusCode: status = 500, message: detail } = error as FastifyError;
  if (status >= 400 && status < 500) {
    // The server's own codes are not ours to promise.
    return { type, title: titleOf(status), status, code: CODES[status] ?? "E_API_REQUEST", detail };
  }
  const words = "the gateway failed; its log has the reason";
  return { type, title: titleOf(500), status: 500, code: "E_API_FAILED", detail: words };
}

function titleOf(status: number): string {
  return STATUS_CODES[status] ?? "Error";
}
