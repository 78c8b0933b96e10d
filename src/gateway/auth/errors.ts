// Why somebody is not let in, and what the gateway could not find out about him.

import { defineErrors } from "../../base/errors.ts";

export const fail = defineErrors({
  E_AUTH_EXPIRED: {
    text: "this munge credential has expired",
    hint: "make a new one for every request; the clocks of both machines must agree",
    http: 401,
  },
  E_AUTH_REWOUND: {
    text: "this munge credential was made in the future",
    hint: "the clocks of the two machines must agree",
    http: 401,
  },
  E_AUTH_REPLAYED: {
    text: "this munge credential has been used before",
    hint: "make a new one for every request",
    http: 401,
  },
  E_AUTH_INVALID: {
    text: "this is no valid munge credential: {why}",
    hint: "the machine that made it must share its munge key with the gateway",
    http: 401,
  },
  E_AUTH_FORM: {
    text: "the credential in the header {header} cannot be read: {why}",
    http: 401,
  },
  E_AUTH_TOKEN: {
    text: "this token is not known, has expired or was revoked",
    hint: "ask for a new one: berth gateway token create",
    http: 401,
  },
  E_AUTH_SCOPES: {
    text: "this needs the scope {scope}, which the token that you sent does not have",
    hint: "send a munge credential, or a token that has it",
    http: 403,
  },
  E_AUTH_TOO_MANY: {
    text: "you have {limit} tokens, and nobody may have more",
    hint: "revoke those that you do not need",
    http: 409,
  },
  E_AUTH_NO_TOKEN: { text: "there is no token {id}", hint: "the list of your tokens has their ids", http: 404 },
  E_AUTH_NO_MUNGE: {
    text: "munged does not answer at {socket}: {why}",
    hint: "is the munge service running there?",
    http: 503,
  },
  E_AUTH_MUNGE_BUSY: {
    text: "too many requests wait for munged at {socket}",
    hint: "try again in a moment",
    http: 503,
  },
  E_AUTH_NO_SOCKET: {
    text: "system {system} has no munge socket configured",
    hint: "set mungeSocketPath of this system",
    http: 401,
  },
  E_AUTH_NO_NAME: {
    text: "the name service did not answer about {what}: {why}",
    http: 503,
  },
});
