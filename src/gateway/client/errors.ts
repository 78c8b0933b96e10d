// What a client of the gateway says when it got no answer, or one that it cannot use. Refusals keep the gateway's words.

import { BerthError, defineErrors } from "../../base/errors.ts";

export const fail = defineErrors({
  E_CLIENT_UNREACHABLE: {
    text: "no gateway answers: {why}",
    hint: "ask the site's staff, or see whether BERTH_GATEWAY names the right one",
    exit: 1,
  },
  E_CLIENT_ANSWER: {
    text: "{host} answers {status}, and not as a gateway does: {why}",
    hint: "is that the address of a gateway?",
    exit: 1,
  },
  E_CLIENT_LONG: { text: "{host} answers with more than {limit} bytes", exit: 1 },
  E_CLIENT_STREAM: {
    text: "the live progress from {host} broke off: {why}",
    hint: "the pull goes on; ask for it again to see how far it is",
    exit: 1,
  },
});

/** A refusal of the gateway, in its own words. */
export function refusal(
  status: number,
  words: { readonly code: string; readonly detail: string; readonly hint?: string },
) {
  const { code, detail, hint } = words;
  const kind = { text: "{detail}", ...(hint === undefined ? {} : { hint: "{hint}" }), exit: 1, http: status };
  return new BerthError(code, kind, { detail, hint }, undefined);
}
