// A container as `GET /containers/ID/json` shows it, by Docker 20.10 and later, or Podman 4.3 and later.

import { fields, imageDigest, instant, list, number, text, textMap, texts } from "./fields.ts";
import { cleanReason } from "./reasons.ts";
import type { ContainerStatus, EngineContainer, HealthCheck, PublishedPort } from "./types.ts";

const NANOSECONDS_PER_MS = 1e6;

/** Podman has words of its own for what Docker calls otherwise. */
const STATUS: Readonly<Record<string, ContainerStatus>> = {
  created: "created",
  configured: "created",
  initialized: "created",
  running: "running",
  stopping: "running",
  paused: "paused",
  restarting: "restarting",
  exited: "exited",
  stopped: "exited",
  dead: "dead",
  removing: "removing",
};

/** Undefined when the answer is no container. */
export function parseContainer(answer: unknown): EngineContainer | undefined {
  const whole = fields(answer);
  const id = text(whole["Id"]);
  if (!/^[0-9a-f]{64}$/.test(id)) return undefined;
  const state = fields(whole["State"]);
  const config = fields(whole["Config"]);
  const network = fields(whole["NetworkSettings"]);
  const status = STATUS[text(state["Status"])] ?? "created";
  const lives = status === "running" || status === "paused";
  return {
    id,
    name: text(whole["Name"]).replace(/^\//, ""),
    image: text(config["Image"]),
    imageId: imageDigest(whole["Image"]),
    labels: textMap(config["Labels"]),
    status,
    health: healthOf(state["Health"]),
    healthCheck: parseHealthCheck(config["Healthcheck"]),
    exitCode: status === "exited" || status === "dead" ? number(state["ExitCode"]) : undefined,
    oomKilled: state["OOMKilled"] === true,
    error: errorOf(text(state["Error"])),
    createdAt: instant(whole["Created"]) ?? 0,
    startedAt: instant(state["StartedAt"]),
    finishedAt: lives ? undefined : instant(state["FinishedAt"]),
    restarts: number(whole["RestartCount"]),
    pid: lives && number(state["Pid"]) > 0 ? number(state["Pid"]) : undefined,
    // Podman lists them for stopped containers, too, although nobody listens there then.
    ports: lives ? parsePorts(network["Ports"]) : [],
    addresses: addressesOf(network["Networks"]),
    fixedAddresses: fixedOf(network["Networks"]),
    joins: /^container:(.+)$/.exec(text(fields(whole["HostConfig"])["NetworkMode"]))?.[1],
    tty: config["Tty"] === true,
  };
}

// Shown to people: without the engine's own paths, and without logins.
function errorOf(words: string): string {
  return words === "" ? "" : cleanReason(words);
}

/** Published ports of `NetworkSettings.Ports`. */
export function parsePorts(value: unknown): readonly PublishedPort[] {
  const found: PublishedPort[] = [];
  for (const [key, bindings] of Object.entries(fields(value))) {
    const [, port, protocol] = /^(\d+)\/(tcp|udp)$/.exec(key) ?? [];
    if (port === undefined) continue;
    for (const binding of list(bindings)) {
      const { HostIp, HostPort } = fields(binding);
      const host = Number(text(HostPort));
      // An empty address is how Podman writes "all".
      const address = text(HostIp) || "0.0.0.0";
      if (host > 0 && host < 65536)
        found.push({ container: Number(port), protocol: protocol === "udp" ? "udp" : "tcp", host, address });
    }
  }
  return found;
}

function healthOf(value: unknown): EngineContainer["health"] {
  const status = text(fields(value)["Status"]);
  return status === "starting" || status === "healthy" || status === "unhealthy" ? status : "none";
}

/** Undefined when there is none, or it was switched off. */
export function parseHealthCheck(value: unknown): HealthCheck | undefined {
  const check = fields(value);
  const test = texts(check["Test"]);
  if (test.length === 0 || test[0] === "NONE") return undefined;
  // 0 means the engine's default.
  const ms = (field: unknown, otherwise: number) => number(field) / NANOSECONDS_PER_MS || otherwise;
  return {
    test,
    intervalMs: ms(check["Interval"], 30_000),
    timeoutMs: ms(check["Timeout"], 30_000),
    startPeriodMs: ms(check["StartPeriod"], 0),
    retries: number(check["Retries"]) || 3,
  };
}

function addressesOf(value: unknown): EngineContainer["addresses"] {
  const found: [string, string][] = [];
  for (const [name, endpoint] of Object.entries(fields(value))) {
    const { IPAddress, GlobalIPv6Address } = fields(endpoint);
    const address = text(IPAddress) || text(GlobalIPv6Address);
    if (address) found.push([name, address]);
  }
  return Object.fromEntries(found);
}

function fixedOf(value: unknown): EngineContainer["fixedAddresses"] {
  const found: [string, string][] = [];
  for (const [name, endpoint] of Object.entries(fields(value))) {
    const address = text(fields(fields(endpoint)["IPAMConfig"])["IPv4Address"]);
    if (address) found.push([name, address]);
  }
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}
