// Schema version 7: ports of the host that stacks hold, and limits of people and groups.

import { type Migration, statements } from "./migration.ts";

/** Who has which port; who may have how much. */
export const migration: Migration = {
  name: "0007-ports-quotas",
  up: (kind) => statements(kind, TABLES),
};

const TABLES = [
  `create table stack_ports (
     port integer not null, protocol text not null, stack text not null, service text not null, container integer not null,
     primary key (port, protocol))`,
  "create index stack_ports_stack on stack_ports (stack)",
  `create table service_quotas (
     kind text not null, subject text not null, limits text not null, by_user text not null, at double precision not null,
     primary key (kind, subject))`,
];
