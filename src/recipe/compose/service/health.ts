// How it is known that a container works: Compose's healthcheck, Rancher's health_check, and berth's own question over HTTP.

import type { HealthSpec } from "../../stack/types.ts";
import { list, map, words } from "../collections.ts";
import { child, type Field, flag, optional, type Reader, text, whole } from "../fields.ts";
import { duration } from "../measures.ts";
import type { Notebook } from "../notebook.ts";
import { at, read, type ServiceField } from "../reading.ts";

type Http = NonNullable<HealthSpec["http"]>;

/** The engine's own numbers for what is not said. */
const DEFAULTS = { intervalMs: 30_000, timeoutMs: 30_000, startPeriodMs: 0, retries: 3 } as const;

/** Reads the health check; undefined when there is none but the image's own. */
export function readHealth(service: ServiceField, http: Http | undefined): HealthSpec | undefined {
  const { notebook } = service;
  const own = at(service, "healthcheck");
  const rancher = at(service, "health_check");
  if (own !== undefined) notebook.place(`${service.pointer}/health`, own.at);
  if (own === undefined && rancher !== undefined) return rancherHealth(rancher, service, http);
  if (own === undefined) return http === undefined ? undefined : { ...DEFAULTS, http };
  if (map(own, notebook) === undefined) return undefined;
  const disabled = optional(child(own, "disable"), flag, notebook) === true;
  return {
    test: disabled ? [] : read(service, "healthcheck.test", test, "health/test"),
    intervalMs: read(service, "healthcheck.interval", positive, "health/intervalMs") ?? DEFAULTS.intervalMs,
    timeoutMs: read(service, "healthcheck.timeout", positive, "health/timeoutMs") ?? DEFAULTS.timeoutMs,
    startPeriodMs:
      read(service, "healthcheck.start_period", duration, "health/startPeriodMs") ?? DEFAULTS.startPeriodMs,
    startIntervalMs: read(service, "healthcheck.start_interval", positive, "health/startIntervalMs"),
    retries: read(service, "healthcheck.retries", whole(0, 1_000_000), "health/retries") || DEFAULTS.retries,
    http,
  };
}

/** Nothing, for the engine, means its default: so it does here. */
const positive: Reader<number> = (field, notebook) => duration(field, notebook) || undefined;

/** `["CMD", …]`, `["CMD-SHELL", LINE]`, `["NONE"]` (an empty test) or one line for a shell. */
function test(field: Field, notebook: Notebook): readonly string[] | undefined {
  if (field.node.kind === "scalar") {
    const line = text(field, notebook);
    return line === undefined ? undefined : line === "NONE" ? [] : ["CMD-SHELL", line];
  }
  if (list(field, notebook) === undefined) return undefined;
  const found = words(field, notebook) ?? [];
  if (found[0] === "NONE") return [];
  if (found.length > 1 && (found[0] === "CMD" || found[0] === "CMD-SHELL")) return found;
  notebook.error(
    field,
    "a test begins with CMD, CMD-SHELL or NONE",
    'write ["CMD", PROGRAM, …], or one line for a shell',
  );
  return undefined;
}

/** Rancher's checks came from outside, as berth's own do. Its times are milliseconds. */
function rancherHealth(field: Field, service: ServiceField, http: Http | undefined): HealthSpec | undefined {
  const { notebook } = service;
  notebook.place(`${service.pointer}/health`, field.at);
  if (map(field, notebook) === undefined) return undefined;
  const port = optional(child(field, "port"), whole(1, 65_535), notebook);
  const line = child(field, "request_line");
  const request = optional(line, text, notebook);
  const path = /^(?:GET|HEAD)?\s*"?(\/[^\s"]*)/.exec(request?.trim() ?? "")?.[1];
  if (path === undefined || port === undefined) {
    const cure = 'write request_line: "GET /path HTTP/1.0", or a healthcheck';
    if (request === undefined) notebook.warn(field, "a check that only opens the port is not made", cure);
    else notebook.refuse(line ?? field, `${request} is no request that berth makes`, cure);
  }
  const number = (key: string) => optional(child(field, key), whole(1), notebook);
  const found = http ?? (path === undefined || port === undefined ? undefined : { port, path });
  if (found === undefined) return undefined;
  return {
    intervalMs: number("interval") ?? DEFAULTS.intervalMs,
    timeoutMs: number("response_timeout") ?? DEFAULTS.timeoutMs,
    startPeriodMs: number("initializing_timeout") ?? DEFAULTS.startPeriodMs,
    retries: number("unhealthy_threshold") ?? DEFAULTS.retries,
    http: found,
  };
}
