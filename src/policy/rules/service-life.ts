// How services are looked after: SVC-04, SVC-05, SVC-06, SVC-07.

import { volume } from "../example-parts.ts";
import { fitsAny } from "../glob.ts";
import { isWithin, plainPath } from "../host-path.ts";
import { rule, unknown } from "../rule.ts";
import type { ServiceSubject } from "../subjects.ts";

const LOGGING = "Spin: Logging";

export const SERVICE_TERMINAL = rule({
  id: "SVC-04",
  title: "A service has no terminal",
  on: "service",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "A terminal merges stdout and stderr of {service} ({option}: true)",
  hint: "remove {option}; a shell in the running service needs neither",
  why: "Two streams are two logs only as long as no terminal mixes them.",
  source: LOGGING,
  check: ({ service }) => {
    const options = [service.tty ? "tty" : "", service.stdin ? "stdin" : ""].filter((option) => option !== "");
    return options.map((option) => ({
      at: `/${option}`,
      fields: { option: option === "stdin" ? "stdin_open" : option },
    }));
  },
  passes: [{ shows: "both unset", service: { tty: false, stdin: false } }],
  fails: [
    { shows: "tty: true", service: { tty: true }, expect: { pointer: "/services/web/tty" } },
    { shows: "stdin_open: true", service: { stdin: true }, expect: { says: "stdin_open" } },
  ],
});

export const SERVICE_LOGS = rule({
  id: "SVC-05",
  title: "Logs go to stdout and stderr, or to a volume that lasts",
  on: "service",
  severity: "warning",
  class: "recommended",
  certainty: "likely",
  message: "Logs of {service} inside the container ({path}) are lost on upgrade",
  hint: "let it log to stdout and stderr, or mount a volume there",
  why: "What is in the container goes with it, and nobody can read it without a shell in the container.",
  source: LOGGING,
  cases: {
    driver: {
      severity: "error",
      message: "{service} may not log by the driver {driver}, which would send from the engine itself",
      hint: "remove logging: the platform keeps the logs",
    },
    none: { message: "{service} throws its logs away (logging driver none)", hint: "remove logging:" },
  },
  check: (subject) => {
    const { service } = subject;
    const driver = service.logging?.driver;
    if (driver === "none") return { case: "none", at: "/logging", certainty: "certain" };
    if (driver !== undefined && !fitsAny(subject.policy.allowed.loggingDrivers, driver))
      return { case: "driver", at: "/logging", certainty: "certain", fields: { driver } };
    const path = logPaths(subject).find((one) => !isKept(one, subject));
    return path === undefined ? undefined : { fields: { path } };
  },
  passes: [
    { shows: "stdout", service: { command: ["httpd", "-DFOREGROUND"] } },
    {
      shows: "a volume is there",
      service: { command: ["app", "--log=/var/log/app.log"], mounts: [volume("logs", "/var/log")] },
    },
  ],
  fails: [
    {
      shows: "/var/log in the container",
      service: { command: ["app", "--log=/var/log/app.log"] },
      expect: { says: "/var/log/app.log" },
    },
    { shows: "a variable that says so", service: { environment: { LOG_FILE: "/var/log/app.log" } } },
    {
      shows: "tmpfs at /var/log",
      service: { environment: { LOG_DIR: "/var/log" }, mounts: [{ kind: "tmpfs", target: "/var/log" }] },
    },
    {
      shows: "logging driver fluentd",
      service: { logging: { driver: "fluentd", options: { "fluentd-address": "10.0.0.1:22" } } },
      expect: { case: "driver", severity: "error" },
    },
    { shows: "logging driver none", service: { logging: { driver: "none", options: {} } }, expect: { case: "none" } },
  ],
});

function logPaths({ service }: ServiceSubject): readonly string[] {
  const words = [...(service.entrypoint ?? []), ...(service.command ?? []), ...Object.values(service.environment)];
  return words.flatMap((word) => /(?:^|[=:\s])(\/var\/log(?:\/[\w.@/-]*)?)/.exec(word.slice(0, 4096))?.[1] ?? []);
}

function isKept(path: string, { mounts }: ServiceSubject): boolean {
  return mounts.some(({ mount }) => mount.kind !== "tmpfs" && isWithin(plainPath(path), plainPath(mount.target)));
}

export const SERVICE_ADDRESS = rule({
  id: "SVC-06",
  title: "An address is kept only where it must be",
  on: "service",
  severity: "info",
  class: "optional",
  certainty: "certain",
  message: "{service} keeps its address on upgrade (retain_ip)",
  hint: "leave retain_ip out unless something outside knows the address",
  why: "An address that is kept cannot be used while old and new containers run side by side.",
  source: "Spin: image registry example",
  check: ({ service }) => (service.retainAddress ? { at: "/retainAddress" } : undefined),
  passes: [{ shows: "unset", service: { retainAddress: false } }],
  fails: [{ shows: "retain_ip: true", service: { retainAddress: true } }],
});

export const SERVICE_HEALTH = rule({
  id: "SVC-07",
  title: "A service with replicas or a route has a health check",
  on: "service",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "Without a health check an upgrade cannot tell if {service} works",
  hint: "add healthcheck:, or x-berth: health: {http: {port, path}} for images without a program to check with",
  why: "The proxy sends people to containers that are not ready, and an upgrade replaces good ones by broken ones.",
  source: "ours",
  check: ({ service, image }) => {
    if (service.kind === "job" || (service.replicas <= 1 && service.routes.length === 0)) return undefined;
    const { health } = service;
    if (health?.http !== undefined || (health?.test !== undefined && health.test.length > 0)) return undefined;
    if (health?.test !== undefined) return { at: "/health" };
    if (image?.healthCheck === undefined)
      return unknown(`whether ${service.image} has a health check was not looked up`);
    return image.healthCheck ? undefined : {};
  },
  passes: [
    { shows: "healthcheck", service: { replicas: 2, health: health(["CMD", "true"]) } },
    { shows: "the image's own", service: { replicas: 2, health: undefined }, image: { healthCheck: true } },
    {
      shows: "one replica, no route",
      service: { replicas: 1, routes: [], health: undefined },
      image: { healthCheck: false },
    },
    {
      shows: "asked from outside",
      service: { replicas: 2, health: { ...health(undefined), http: { port: 80, path: "/" } } },
    },
  ],
  fails: [
    { shows: "none, with replicas", service: { replicas: 2, health: undefined }, image: { healthCheck: false } },
    { shows: "switched off", service: { replicas: 2, health: health([]) }, image: { healthCheck: true } },
    { shows: "not known", service: { replicas: 2, health: undefined }, image: {}, expect: { certainty: "unknown" } },
  ],
});

function health(test: readonly string[] | undefined) {
  return { test, intervalMs: 30_000, timeoutMs: 5000, startPeriodMs: 0, retries: 3 };
}
