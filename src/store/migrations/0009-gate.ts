// Schema version 9: what the gate says of images, as signed statements.

import { type Migration, statements } from "./migration.ts";

/** Statements by digest. */
export const migration: Migration = {
  name: "0009-gate",
  up: (kind) => statements(kind, TABLES),
};

const TABLES = [
  `create table gate_statements (
     digest text primary key, statement text not null, result text not null, policy_hash text not null,
     advisories text not null, judged_at double precision not null)`,
];
