// The failures of the store: what a database does to those who keep records in it. Each says whether waiting helps.

import { defineErrors } from "../base/errors.ts";

/** Failures of opening, migrating and using the database. */
export const fail = defineErrors({
  E_STORE_URL: {
    text: "the database {url} is of no known kind",
    hint: "write sqlite:/path/to/berth.db or postgres://user@host/database",
  },
  E_STORE_OPEN: { text: "the database {where} cannot be opened: {reason}" },
  E_STORE_NEWER: {
    text: "the database {where} was made by a newer berth: it has the schema {found}, this berth knows up to {known}",
    hint: "run the newer berth, or restore the backup from before the upgrade",
  },
  E_STORE_MIGRATION: {
    text: "the schema of the database {where} cannot be brought up to date: {reason}",
    hint: "nothing was changed; put right what is named and start again",
  },
  E_STORE_AWAY: {
    text: "the database does not answer: {reason}",
    hint: "try again in a moment; if it lasts, ask your administrator",
    http: 503,
  },
  E_STORE_BUSY: {
    text: "the database was held by others for {seconds} s",
    hint: "try again in a moment",
    http: 503,
  },
  E_STORE_FULL: {
    text: "the database cannot grow: {reason}",
    hint: "make room on the database's disk; nothing was recorded",
    http: 503,
  },
  E_STORE_DAMAGED: {
    text: "the database {where} is damaged: {reason}",
    hint: "stop the server and restore the last backup",
    http: 503,
  },
  E_STORE_CONFLICT: {
    text: "the database refused a transaction {times} times because of others: {reason}",
    hint: "try again in a moment",
    http: 503,
  },
});
