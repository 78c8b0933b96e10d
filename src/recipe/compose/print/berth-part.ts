// What only berth knows of a service, as `x-berth`.

import type { IdleSpec, RouteSpec, ServiceSpec } from "../../stack/types.ts";
import { type Printed, said, span, whenTrue, word, words } from "./words.ts";

/** `x-berth` of a service; empty when nothing is to be said. */
export function berthPart(service: ServiceSpec): Printed {
  const http = service.health?.http;
  return said({
    routes: service.routes.map(route),
    idle: service.idle && idle(service.idle),
    update: service.update.confirm ? said({ confirm: true }) : undefined,
    health: http && said({ http: said({ port: http.port, path: word(http.path) }) }),
    once: whenTrue(service.kind === "job"),
    authenticated: whenTrue(service.authenticated),
    "write-audit": whenTrue(service.writeAudit),
  });
}

function route(spec: RouteSpec): Printed {
  return said({
    host: spec.host === "" ? undefined : word(spec.host),
    path: spec.path === "/" ? undefined : word(spec.path),
    port: spec.port,
    protocol: spec.protocol === "http" ? undefined : spec.protocol,
    listen: spec.listen,
    tls: spec.tls === "redirect" ? undefined : spec.tls,
    "strip-path": whenTrue(spec.stripPath),
    auth: spec.auth === "none" ? undefined : spec.auth,
    "max-body": spec.maxBodyBytes,
    "requests-per-second": spec.requestsPerSecond,
    timeout: span(spec.timeoutMs),
  });
}

function idle(spec: IdleSpec): Printed {
  // An empty list of signals is a wish: nothing counts as use.
  const signals: Printed = spec.signals;
  return new Map([
    ...said({
      after: span(spec.afterMs),
      action: spec.action,
      "cpu-floor": spec.cpuFloor,
      "keep-warm": words(spec.keepWarm),
      wake: spec.wake ? undefined : false,
      "wake-with": spec.wakeWith,
      hold: span(spec.holdMs),
      "ignore-paths": words(spec.ignorePaths),
      "ignore-agents": words(spec.ignoreAgents),
      "quiet-connection": span(spec.quietConnectionMs),
      "unknown-means": spec.unknownMeans,
    }),
    ["signals", signals],
  ]);
}
