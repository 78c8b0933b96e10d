// What is wrong with a request before anybody was asked about it: its path, its body, its parameters, its credential.
// What is wrong with the wish itself says the desk.

import { defineErrors } from "../../base/errors.ts";

/** Failures of the HTTP routes themselves. */
export const fail = defineErrors({
  E_API_JSON: {
    text: "the body of the request is not a JSON object: {reason}",
    hint: "send one JSON object, or no body",
    http: 400,
  },
  E_API_FIELD: { text: "{field} is not {expected}", http: 400 },
  E_API_INVALID: {
    text: "{where} {what}",
    hint: "see /v2/openapi.json, or of services /v2/services/openapi.json, for what is expected",
    http: 400,
  },
  E_API_SYSTEM: {
    text: "the request names no system, and the site has no default one",
    hint: "name one of: {systems}",
    http: 400,
  },
  E_API_MISSING: { text: "the request lacks {fields}", http: 400 },
  E_API_NAME: {
    text: "the {part} of the image's name has a control character in it, or is longer than {limit} characters",
    hint: "check the name",
    http: 400,
  },
  E_API_LOGIN: {
    text: "this needs to know who you are, and the request says nothing",
    hint: "send a munge credential or a token in the header `authentication`",
    http: 401,
  },
  E_API_NO_ROUTE: { text: "there is nothing here", hint: "see /v2/openapi.json for what there is", http: 404 },
  E_API_NO_REGISTRY: {
    text: "this site has no registry of its own",
    hint: "those who run the gateway can set one up: see docs/mirror.md",
    http: 404,
  },
  E_API_METHOD: { text: "{method} is not possible here, {allowed} is", http: 405 },
  E_API_NO_NAMES: {
    text: "the directory knows nobody called {names}",
    hint: "write the names as `id` and `getent group` do, or the numbers",
    http: 400,
  },
  E_API_STREAMS: {
    text: "you follow {limit} pulls at the same time already",
    hint: "close one of the streams first, or ask for the pull itself now and then",
    http: 429,
  },
});
