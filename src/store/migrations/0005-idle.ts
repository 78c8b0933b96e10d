// Schema version 5: containers of spin-docker's interface with their timers, and the use of services.

import { type Migration, statements } from "./migration.ts";

/** What must survive a restart of those who stop what nobody uses. */
export const migration: Migration = {
  name: "0005-idle",
  up: (kind) => statements(kind, TABLES),
};

const TABLES = [
  `create table spin_containers (
     id text primary key, site text not null, name text not null, image text not null, status text not null,
     ssh_port text not null, app_port text not null, ports text not null, active text not null,
     reported_at double precision, run double precision not null, created_at double precision not null)`,
  "create index spin_containers_site on spin_containers (site)",
  `create table spin_timers (
     container text primary key references spin_containers (id) on delete cascade, site text not null,
     run double precision not null, due double precision not null, final integer not null)`,
  "create index spin_timers_due on spin_timers (site, due)",
  `create table idle_services (
     stack text not null, service text not null, last_use double precision, asleep_since double precision,
     primary key (stack, service))`,
  `create table idle_spans (
     stack text not null, service text not null, at double precision not null, activity text not null,
     because text not null,
     primary key (stack, service, at))`,
  "create index idle_spans_at on idle_spans (at)",
];
