// What is wrong with a request to the services' routes before anybody was asked about it. What is wrong with the wish says
// the desk.

import { defineErrors } from "../../base/errors.ts";

/** Failures of the HTTP routes themselves. */
export const fail = defineErrors({
  E_SERVICES_LOGIN: {
    text: "this needs to know who you are, and the request says nothing",
    hint: "sign in, or send a token in the header `authorization: Bearer …`",
    http: 401,
  },
  E_SERVICES_CSRF: {
    text: "the request does not prove that it comes from a page of this site",
    hint: "send what GET /v2/session answers as `csrf` in the header `x-berth-csrf`",
    http: 403,
  },
  E_SERVICES_ORIGIN: { text: "a page of {origin} may not open a shell here", http: 403 },
  E_SERVICES_STREAMS: {
    text: "you have {limit} streams open at the same time already",
    hint: "close one of them first",
    http: 429,
  },
  E_SERVICES_UPGRADE: { text: "a shell is opened by a WebSocket", hint: "send the headers of an upgrade", http: 426 },
  E_SERVICES_EXEC: { text: "the request for a shell {why}", http: 400 },
  E_SERVICES_SIGN_IN: {
    text: "people cannot sign in with a browser here",
    hint: "the site's staff can allow it: see docs/accounts.md",
    http: 404,
  },
  E_SERVICES_REFUSED: {
    text: "the recipe of {stack} is refused: {count} of the findings forbid it",
    hint: "mend what the findings name, or ask the staff of the site for a waiver",
    http: 422,
  },
  E_SERVICES_PASS: {
    text: "this page of stack {stack} is not for you",
    hint: "ask the owner of the stack",
    http: 403,
  },
  E_SERVICES_VALUE: { text: "the value is no base64", hint: "encode its bytes", http: 400 },
});
