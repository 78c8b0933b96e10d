// `x-berth: {routes: …}`: the ways from the proxy to a service.

import type { RouteSpec } from "../../stack/types.ts";
import { checkBerthKeys } from "../berth-keys.ts";
import { list } from "../collections.ts";
import { amount, child, type Field, flag, oneOf, optional, text, whole } from "../fields.ts";
import { duration, size } from "../measures.ts";
import type { Notebook } from "../notebook.ts";
import type { ServiceField } from "../reading.ts";

const PORT = whole(1, 65_535);
const PROTOCOLS = ["http", "tcp"] as const;

/** Reads the routes of a service. */
export function readRoutes(field: Field | undefined, service: ServiceField): readonly RouteSpec[] {
  if (field === undefined) return [];
  const { notebook } = service;
  notebook.place(`${service.pointer}/routes`, field.at);
  return (list(field, notebook) ?? []).flatMap((item, index) => {
    notebook.place(`${service.pointer}/routes/${index}`, item.at);
    return checkBerthKeys(item, "route", notebook) ? (route(item, notebook) ?? []) : [];
  });
}

function route(field: Field, notebook: Notebook): RouteSpec | undefined {
  const get = (key: string) => child(field, key);
  const protocol = optional(get("protocol"), oneOf(PROTOCOLS), notebook) ?? "http";
  const port = optional(get("port"), PORT, notebook);
  const host = optional(get("host"), hostName, notebook);
  const listen = optional(get("listen"), PORT, notebook);
  if (get("port") === undefined)
    notebook.error(field, "a route has no port", "write port: PORT, the one in the container");
  if (protocol === "http" && get("host") === undefined)
    notebook.error(field, "a route has no host", "write host: NAME");
  if (protocol === "tcp" && get("listen") === undefined)
    notebook.error(field, "a tcp route has no listen: its published port");
  if (port === undefined || (protocol === "http" ? host === undefined : listen === undefined)) return undefined;
  return {
    host: host ?? "",
    path: optional(get("path"), prefix, notebook) ?? "/",
    port,
    protocol,
    listen,
    tls: optional(get("tls"), oneOf(["redirect", "both", "none"]), notebook) ?? "redirect",
    stripPath: optional(get("strip-path"), flag, notebook) ?? false,
    auth: optional(get("auth"), oneOf(["none", "user", "group", "owner"]), notebook) ?? "none",
    maxBodyBytes: optional(get("max-body"), size, notebook),
    requestsPerSecond: optional(get("requests-per-second"), amount, notebook),
    timeoutMs: optional(get("timeout"), duration, notebook),
  };
}

function hostName(field: Field, notebook: Notebook): string | undefined {
  const name = text(field, notebook)?.toLowerCase();
  if (name === undefined) return undefined;
  const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
  if (name.length <= 253 && new RegExp(`^(?:\\*\\.)?${label}(?:\\.${label})*$`).test(name)) return name;
  notebook.error(field, `${name} is no host name`);
  return undefined;
}

function prefix(field: Field, notebook: Notebook): string | undefined {
  const path = text(field, notebook);
  if (path === undefined || /^\/[^\s?#]*$/.test(path)) return path;
  notebook.error(field, `${path} is no path`, "it begins with /");
  return undefined;
}
