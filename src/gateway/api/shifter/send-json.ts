// Sends JSON as Shifter's C client wants it: it ignores a body whose Content-Type says more than `application/json`, and
// one without a Content-Length.

import type { FastifyReply } from "fastify";

/** Sends text that is JSON already. */
export function sendJson(reply: FastifyReply, text: string): void {
  // With a serializer of its own the server adds no charset to the type; and head and text go in one piece, as those of
  // bytes would not.
  reply.serializer(asItIs).header("content-type", "application/json").send(text);
}

function asItIs(text: string): string {
  return text;
}
