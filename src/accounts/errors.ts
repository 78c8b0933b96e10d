// What goes wrong with accounts. Whether a name or a password was wrong is never told.

import { defineErrors } from "../base/errors.ts";

export const fail = defineErrors({
  E_ACCOUNTS_WRONG: {
    text: "the name or the password is wrong",
    hint: "it is the password of your account at this site",
    http: 401,
    exit: 1,
  },
  E_ACCOUNTS_OFTEN: {
    text: "there were too many attempts to sign in",
    hint: "wait {seconds} s before you try again",
    http: 429,
    exit: 1,
  },
  E_ACCOUNTS_NO_WAY: {
    text: "one does not sign in with {way} here",
    hint: "GET /v2/session says which ways there are",
    http: 400,
    exit: 1,
  },
  E_ACCOUNTS_NO_ACCOUNT: {
    text: "{user} has no account on this site",
    hint: "ask the site's staff; the provider knows you, the site's directory does not",
    http: 403,
    exit: 1,
  },
  E_ACCOUNTS_OTHER: {
    text: "{user} is not the account with the number {uid} here",
    hint: "the account was made anew, or this machine's accounts are others: make a new token, or ask the site's staff",
    http: 403,
    exit: 1,
  },
  E_ACCOUNTS_NOT_ALLOWED: {
    text: "{user} may not use this site's services",
    hint: "ask the site's staff",
    http: 403,
    exit: 1,
  },
  E_ACCOUNTS_SESSION: {
    text: "the session has ended",
    hint: "sign in again",
    http: 401,
    exit: 1,
  },
  E_ACCOUNTS_AWAY: {
    text: "the {what} does not answer: {why}",
    hint: "try again; if it stays so, tell the site's staff",
    http: 503,
    exit: 1,
  },
  E_ACCOUNTS_PROVIDER: {
    text: "the provider's answer does not hold: {why}",
    hint: "begin to sign in again; do not go back to an older page",
    http: 401,
    exit: 1,
  },
});
