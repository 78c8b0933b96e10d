// The part `services.logs` of site.yaml: how long output of containers is kept, and where it is sent besides.

import { type Static, Type } from "typebox";
import type { Path } from "../config-document.ts";
import { bytesOf, type Findings, msOf } from "../findings.ts";
import { about, closed, duration, flag, optional, size, text } from "../schema-words.ts";

const SYSLOG = "^(udp|tcp)://([^/:\\s]+|\\[[0-9a-fA-F:]+\\])(:\\d{1,5})?/?$";

/** What may stand under `services.logs`. */
export const LOGS_SCHEMA = Type.Object(
  {
    keep: size("output kept of one service, containers that were replaced included", "20M"),
    keepRemoved: duration("how long the output of a removed stack is kept", "7d"),
    engineKeep: size("output that the engine itself keeps of one container, unless its recipe says otherwise", "10M"),
    file: text(
      "write every line into this file, too, as JSON; it may be renamed at any time",
      "/var/log/berth/services.log",
    ),
    syslog: optional(
      Type.String({
        pattern: SYSLOG,
        ...about("send every line to a syslog server (RFC 5424)", "udp://loghost.example.org:514"),
      }),
    ),
    journald: flag("give every line to systemd's journal"),
  },
  { ...closed, ...about("output of containers") },
);

export interface LogsConfig {
  /** Bytes of one service. */
  readonly keepBytes: number;
  readonly keepRemovedSeconds: number;
  /** Bytes that the engine keeps of one container. */
  readonly engineKeepBytes: number;
  readonly file: string | undefined;
  readonly syslog: { readonly protocol: "udp" | "tcp"; readonly host: string; readonly port: number } | undefined;
  readonly journald: boolean;
}

const MIB = 1024 ** 2;

/** Completes the part; `at` makes paths absolute. */
export function resolveLogs(
  file: Static<typeof LOGS_SCHEMA> = {},
  { path, at, found }: { readonly path: Path; readonly at: (relative: string) => string; readonly found: Findings },
): LogsConfig {
  const keepBytes = bytesOf(file.keep) ?? 20 * MIB;
  if (keepBytes < MIB) found.wrong([...path, "keep"], "is less than 1M", "a service that says much would keep nothing");
  return {
    keepBytes,
    keepRemovedSeconds: msOf(file.keepRemoved, 7 * 86_400_000) / 1000,
    engineKeepBytes: Math.max(64 * 1024, bytesOf(file.engineKeep) ?? 10 * MIB),
    file: file.file === undefined ? undefined : at(file.file),
    syslog: file.syslog === undefined ? undefined : readSyslog(file.syslog),
    journald: file.journald ?? false,
  };
}

function readSyslog(text: string): LogsConfig["syslog"] {
  const { protocol, hostname, port } = new URL(text);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return { protocol: protocol === "tcp:" ? "tcp" : "udp", host, port: port === "" ? 514 : Number(port) };
}
