// The failures of routes, their proxies and their certificates.

import { defineErrors } from "../../base/errors.ts";

export const fail = defineErrors({
  E_ROUTES_SOCKET: {
    text: "the socket {path} for the proxies cannot be opened: {why}",
    hint: "is another server running with this state folder?",
  },
  E_ROUTES_MESSAGE: { text: "a proxy said what is not understood: {why}", hint: "are both of one release?" },
  E_ROUTES_CERTIFICATE: {
    text: "the certificate {path} cannot be used: {why}",
    hint: "put the server's certificate first, its chain after it, and the key of the same pair beside it",
  },
  E_ROUTES_AUTHORITY: {
    text: "the internal authority in {path} cannot be used: {why}",
    hint: "restore both of its files, or remove both: then a new authority is made, which clients must be told of",
  },
  E_ROUTES_ACME: { text: "no certificate for {host} from {directory}: {why}" },
  E_ROUTES_SIGN_ON: { text: "this sign-in leads nowhere: {why}", hint: "open the page again", http: 400 },
});
