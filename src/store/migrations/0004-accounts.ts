// Schema version 4: who is signed in with a browser, and what everybody did.

import { type Migration, type StoreKind, statements } from "./migration.ts";

/** Sessions, sign-ins that are under way elsewhere, and the audit log. */
export const migration: Migration = {
  name: "0004-accounts",
  up: (kind) => statements(kind, [...TABLES, ...APPEND_ONLY[kind]]),
};

const TABLES = [
  `create table sessions (
     hash text primary key, user_name text not null, uid bigint not null, via text not null, token text, address text not null,
     created_at double precision not null, seen_at double precision not null, expires double precision not null)`,
  "create index sessions_expires on sessions (expires)",
  `create table sign_ins (
     hash text primary key, verifier text not null, nonce text not null, back text not null,
     expires double precision not null)`,
  `create table audit (
     id $serial, at double precision not null, uid bigint not null, user_name text not null, action text not null,
     object text not null, outcome text not null, detail text, address text)`,
  "create index audit_user on audit (user_name, id)",
  "create index audit_object on audit (object, id)",
];

// What was noted stays as it was noted: not even a mistake in this program changes a line.
const APPEND_ONLY: Readonly<Record<StoreKind, readonly string[]>> = {
  sqlite: ["update", "delete"].map(
    (verb) => `create trigger audit_no_${verb} before ${verb} on audit
               begin select raise(abort, 'the audit log is append-only'); end`,
  ),
  postgres: [
    `create function audit_is_append_only() returns trigger language plpgsql as
       'begin raise exception ''the audit log is append-only''; end'`,
    `create trigger audit_no_change before update or delete or truncate on audit
       for each statement execute function audit_is_append_only()`,
  ],
};
