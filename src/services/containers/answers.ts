// Answers in the forms that spin-docker's clients know (spec/services.md 1.1, 1.2): refusals as JSON with a message, those
// that its web server made itself as pages.

import { STATUS_CODES } from "node:http";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { BerthError } from "../../base/errors.ts";

const HTML = "text/html; charset=utf-8";

/** Sends JSON that is text or bytes already. */
export function sendJson(reply: FastifyReply, json: string | Buffer): FastifyReply {
  return reply.header("content-type", "application/json").send(typeof json === "string" ? Buffer.from(json) : json);
}

/** Answers that the password is missing or wrong. */
export function sendUnauthorized(reply: FastifyReply): FastifyReply {
  reply.code(401).header("www-authenticate", 'Basic realm="Authentication Required"');
  return reply.type(HTML).send("Unauthorized Access");
}

/** Answers what may be asked of a path, without a body. */
export function sendOptions(reply: FastifyReply, allow: string): FastifyReply {
  return reply.code(200).header("allow", allow).type(HTML).send("");
}

/** Answers that a path knows no such method. */
export function sendMethodRefusal(reply: FastifyReply, allow: string, form: "json" | "page"): FastifyReply {
  reply.header("allow", allow);
  return form === "page" ? sendPage(reply, 405) : sendStatus(reply, 405);
}

/** A page that says what a status code means. */
export function sendPage(reply: FastifyReply, status: number, why = ""): FastifyReply {
  const title = STATUS_CODES[status] ?? "Error";
  const words = why === "" ? title : escaped(why);
  const page = `<!doctype html>\n<title>${status} ${title}</title>\n<h1>${title}</h1>\n<p>${words}</p>\n`;
  return reply.code(status).type(HTML).send(page);
}

function sendStatus(reply: FastifyReply, status: number): FastifyReply {
  reply.code(status);
  return sendJson(reply, JSON.stringify({ status, message: STATUS_CODES[status] ?? "Error" }));
}

/** A failure of a route that speaks JSON. */
export function sendFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = statusOf(error);
  if (error instanceof BerthError && (status < 500 || error.code.startsWith("E_SPIN_"))) {
    reply.code(status);
    if (status === 429) reply.header("retry-after", String(error.fields["seconds"] ?? 60));
    return sendJson(reply, JSON.stringify({ message: error.message }));
  }
  if (status >= 500) request.log.error({ request: request.id, err: error }, "a request failed");
  return sendStatus(reply, status);
}

/** A failure of the check-in, which speaks pages. */
export function sendPageFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = statusOf(error);
  if (status >= 500) request.log.error({ request: request.id, err: error }, "a request failed");
  return sendPage(reply, status, status < 500 && error instanceof Error ? error.message : "");
}

function statusOf(error: unknown): number {
  if (error instanceof BerthError) return error.http;
  const status = (error as FastifyError).statusCode ?? 500;
  return status >= 400 && status < 500 ? status : 500;
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
