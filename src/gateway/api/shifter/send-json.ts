// Sends JSON as Shifter's C client wants it: it ignores a body whose Content-Type says more than `application/json`, and
// one without a Content-Length.

import type { FastifyReply } from "fastify";

/** Sends text that is JSON already. */
export function sendJson(reply: FastifyReply, text: string): void {
  // As bytes: to a text the server would add its charset.
  reply.header("content-type", "application/json").send(Buffer.from(text));
}
