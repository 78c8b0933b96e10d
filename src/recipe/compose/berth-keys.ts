// The keys of `x-berth`, strictly: it is berth's own part of a recipe, so that a word that is not known there is a mistake.

import { didYouMean } from "../../base/nearest.ts";
import { children, type Field } from "./fields.ts";
import type { Notebook } from "./notebook.ts";

/** What may stand in `x-berth` at each place, and what it means; the table of docs/compose.md. */
export const BERTH_KEYS = {
  stack: {
    title: "what people call the stack",
    tags: "tags of the stack: owner, staff-owner, group, staff-group, fqdn, requires and others",
    source: "where the recipe is under version control",
  },
  volume: { class: "the site's storage class" },
  service: {
    routes: "ways from the proxy to the service",
    idle: "when the service counts as unused, and what follows",
    update: "how containers are replaced, beside deploy.update_config",
    health: "a check made from outside: http: {port, path}",
    once: "true: runs to its end when the stack goes up",
    authenticated: "true: who uses it must sign in",
    "write-audit": "true: every write on an external file system can be traced to a person",
  },
  route: {
    host: "host name",
    path: "prefix of the path; / unless said",
    port: "port in the container",
    protocol: "http (unless said) or tcp",
    listen: "published port of a tcp route",
    tls: "redirect (unless said), both or none",
    "strip-path": "true: the service does not see the prefix",
    auth: "who must be signed in: none (unless said), user, group or owner",
    "max-body": "largest request body, such as 100m",
    "requests-per-second": "for each address",
    timeout: "longest wait for an answer",
  },
  idle: {
    after: "how long without use",
    action: "stop (unless said), pause or none",
    signals: "what counts as use: check-in, requests, connections, cpu",
    "cpu-floor": "share of one processor above which the service is in use",
    "keep-warm": "hours in which it always runs, such as mon-fri 08:00-18:00",
    wake: "false: a request does not wake it",
    "wake-with": "auto (unless said), page, hold or retry",
    hold: "how long a request is held at most; 30s unless said",
    "ignore-paths": "globs of paths that neither wake nor keep awake",
    "ignore-agents": "globs of user agents that neither wake nor keep awake",
    "quiet-connection": "an open connection without bytes for so long does not count",
    "unknown-means": "what a report means that is too old: active (unless said) or idle",
  },
  update: {
    batch: "how many at a time",
    interval: "wait between batches",
    "start-first": "true: the new container is started before the old one is stopped",
    monitor: "how long a new container is watched",
    "on-failure": "rollback (unless said), pause or continue",
    confirm: "true: old containers are kept, stopped, until somebody confirms",
  },
  health: { http: "the question" },
  http: { port: "port in the container", path: "path that must answer with 200 to 399" },
} as const;

/** Notes the keys of a part that it does not have. */
export function checkBerthKeys(field: Field, part: keyof typeof BERTH_KEYS, notebook: Notebook): boolean {
  if (field.node.kind !== "map") {
    notebook.error(field, `${part === "stack" || part === "service" ? "x-berth" : part} is a map of keys`);
    return false;
  }
  const known = Object.keys(BERTH_KEYS[part]);
  for (const [key, value] of children(field)) {
    if (known.includes(key)) continue;
    const name = part === "stack" || part === "volume" || part === "service" ? `x-berth of a ${part}` : part;
    notebook.error(
      value,
      `${key} is no key of ${name}`,
      didYouMean(key, notebook.full() ? [] : known).hint ?? `there are ${known.join(", ")}`,
    );
  }
  return true;
}
