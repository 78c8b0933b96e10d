// What `x-berth` of a service says.

import type { HealthSpec, IdleSpec, RouteSpec, UpdateSpec } from "../../stack/types.ts";
import { checkBerthKeys } from "../berth-keys.ts";
import { child, type Field, flag, oneOf, optional, text, whole } from "../fields.ts";
import { duration } from "../measures.ts";
import type { Notebook } from "../notebook.ts";
import { at, type ServiceField } from "../reading.ts";
import { readIdle } from "./idle.ts";
import { readRoutes } from "./routes.ts";

export interface BerthPart {
  readonly routes: readonly RouteSpec[];
  readonly idle: IdleSpec | undefined;
  /** What it says of an update; the rest is deploy.update_config's. */
  readonly update: Partial<UpdateSpec>;
  readonly http: HealthSpec["http"];
  readonly once: boolean;
  readonly authenticated: boolean;
  readonly writeAudit: boolean;
}

const NONE: BerthPart = {
  routes: [],
  idle: undefined,
  update: {},
  http: undefined,
  once: false,
  authenticated: false,
  writeAudit: false,
};

/** Reads `x-berth` of a service. */
export function readBerthPart(service: ServiceField): BerthPart {
  const { notebook } = service;
  const field = at(service, "x-berth");
  if (field === undefined || !checkBerthKeys(field, "service", notebook)) return NONE;
  const truth = (key: string, spec: string) => {
    const found = child(field, key);
    if (found !== undefined) notebook.place(`${service.pointer}/${spec}`, found.at);
    return optional(found, flag, notebook) ?? false;
  };
  return {
    routes: readRoutes(child(field, "routes"), service),
    idle: readIdle(child(field, "idle"), service),
    update: readUpdatePart(child(field, "update"), service),
    http: readHttp(child(field, "health"), service),
    once: truth("once", "kind"),
    authenticated: truth("authenticated", "authenticated"),
    writeAudit: truth("write-audit", "writeAudit"),
  };
}

function readUpdatePart(field: Field | undefined, { notebook, pointer }: ServiceField): Partial<UpdateSpec> {
  if (field === undefined || !checkBerthKeys(field, "update", notebook)) return {};
  notebook.place(`${pointer}/update`, field.at);
  const get = (key: string) => child(field, key);
  const said = {
    batch: optional(get("batch"), whole(1), notebook),
    intervalMs: optional(get("interval"), duration, notebook),
    startFirst: optional(get("start-first"), flag, notebook),
    monitorMs: optional(get("monitor"), duration, notebook),
    onFailure: optional(get("on-failure"), oneOf(["rollback", "pause", "continue"]), notebook),
    confirm: optional(get("confirm"), flag, notebook),
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

function readHttp(field: Field | undefined, { notebook, pointer }: ServiceField): HealthSpec["http"] {
  if (field === undefined || !checkBerthKeys(field, "health", notebook)) return undefined;
  const http = child(field, "http");
  if (http === undefined || !checkBerthKeys(http, "http", notebook)) return undefined;
  notebook.place(`${pointer}/health/http`, http.at);
  const port = optional(child(http, "port"), whole(1, 65_535), notebook);
  const path = optional(child(http, "path"), pathOf, notebook) ?? "/";
  if (child(http, "port") === undefined) notebook.error(http, "a check over HTTP has no port", "write port: PORT");
  return port === undefined ? undefined : { port, path };
}

function pathOf(field: Field, notebook: Notebook): string | undefined {
  const path = text(field, notebook);
  if (path === undefined || /^\/\S*$/.test(path)) return path;
  notebook.error(field, `${path} is no path`, "it begins with /");
  return undefined;
}
