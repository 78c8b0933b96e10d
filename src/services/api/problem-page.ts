// Refusals at addresses that browsers go to, not scripts: a page that people can read, with the way back; a problem document
// for everybody else.

import type { FastifyReply, FastifyRequest } from "fastify";
import { problemOf, sendProblem } from "../../gateway/api/v2/problem.ts";
import { messagePage } from "../../proxy/client/pages.ts";

/** Answers with what went wrong, in the form that suits who asks. */
export function sendProblemPage(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  if (!/\btext\/html\b/i.test(request.headers.accept ?? "")) {
    sendProblem(error, request, reply);
    return;
  }
  const { status, title, detail, hint } = problemOf(error);
  if (status >= 500) request.log.error({ request: request.id, err: error }, "a request failed");
  const page = messagePage({
    title: sentence(detail),
    text: hint === undefined ? "" : sentence(hint),
    note: `${status} ${title}`,
    link: { address: "/ui/", words: "Back to berth" },
  });
  reply
    .code(status)
    .header("content-type", "text/html; charset=utf-8")
    .header("cache-control", "no-store")
    .header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
    .send(page);
}

// Names of accounts keep their letters: they may begin a sentence.
function sentence(words: string): string {
  return words.endsWith(".") ? words : `${words}.`;
}
