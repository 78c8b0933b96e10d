// Failures as documents for programs (RFC 9457), for everything but Shifter's routes, which have a form of their own.

import { STATUS_CODES } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { BerthError } from "../base/errors.ts";
import { fail } from "./errors.ts";

/** A failure as a client sees it. */
export interface Problem {
  readonly type: "about:blank";
  readonly title: string;
  readonly status: number;
  /** The sentence for a person. */
  readonly detail: string;
  /** berth's code of it, which does not change with the words. */
  readonly code?: string;
  readonly hint?: string;
}

/** What a client may know of a failure. The words of what is berth's own fault stay in the log. */
export function problemOf(error: unknown): Problem {
  const status = statusOf(error);
  const about = { type: "about:blank", title: STATUS_CODES[status] ?? "Error", status } as const;
  if (error instanceof BerthError && (status < 500 || status === 503)) {
    return { ...about, detail: error.message, code: error.code, ...(error.hint ? { hint: error.hint } : {}) };
  }
  if (status >= 500) return { ...about, detail: "the server failed; its log has the reason" };
  return { ...about, detail: error instanceof Error ? error.message : String(error) };
}

/** Answers with what went wrong. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = problemOf(error);
  if (problem.status >= 500) request.log.error({ request: request.id, err: error }, "a request failed");
  if (problem.status === 401) reply.header("www-authenticate", "Munge, Bearer");
  reply
    .code(problem.status)
    .header("content-type", "application/problem+json")
    .send(Buffer.from(JSON.stringify(problem)));
}

/** Answers that there is nothing. */
export function sendNothingThere(request: FastifyRequest, reply: FastifyReply): void {
  const path = request.url.split("?")[0];
  sendProblem(fail("E_SERVE_NO_ROUTE", { method: request.method, path }), request, reply);
}

function statusOf(error: unknown): number {
  if (error instanceof BerthError) return error.http;
  const { statusCode } = Object(error) as { readonly statusCode?: unknown };
  return typeof statusCode === "number" && statusCode >= 400 && statusCode < 500 ? statusCode : 500;
}
