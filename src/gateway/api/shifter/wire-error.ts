// Refusals on Shifter's routes: `{"status", "error", "message"}` with the status code that is true. Shifter answers 404 or
// 500 to everything; its client treats every code but 200 alike, so that the right one disturbs nobody.

import { STATUS_CODES } from "node:http";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { BerthError } from "../../../base/errors.ts";
import { fail } from "../errors.ts";
import { sendJson } from "./send-json.ts";

/** Answers with what went wrong; the words of what is not a person's fault stay in the log. */
export function sendWireError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const status = statusOf(error);
  if (status >= 500) request.log.error({ request: request.id, err: error }, "a request failed");
  if (status === 401) reply.header("www-authenticate", "Munge");
  reply.code(status);
  sendJson(reply, JSON.stringify({ status, error: sentence(error, status), message: titleOf(status, request.url) }));
}

/** Answers that a path exists for another method only. */
export function refuseMethod(allowed: string): (request: FastifyRequest, reply: FastifyReply) => void {
  return (request, reply) => {
    reply.header("allow", allowed);
    sendWireError(fail("E_API_METHOD", { method: request.method, allowed }), request, reply);
  };
}

/** Answers that a path does not exist. */
export function refusePath(request: FastifyRequest, reply: FastifyReply): void {
  sendWireError(fail("E_API_NO_ROUTE"), request, reply);
}

function statusOf(error: unknown): number {
  if (error instanceof BerthError) return error.http;
  const status = (error as FastifyError).statusCode ?? 500;
  return status >= 400 && status < 500 ? status : 500;
}

function sentence(error: unknown, status: number): string {
  // What the gateway knows it cannot do now (503) has words for people; what it did not expect has not.
  if (status === 500) return "the gateway failed; its log has the reason";
  if (error instanceof BerthError && error.hint) return `${error.message}; ${error.hint}`;
  return error instanceof Error ? error.message : String(error);
}

function titleOf(status: number, url: string): string {
  return `${STATUS_CODES[status] ?? "Error"}: ${url}`;
}
