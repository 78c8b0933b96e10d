// How a service's containers come, go and are replaced: how many, what follows when one ends, and how an upgrade goes.

import type { RestartSpec, ServiceSpec, UpdateSpec } from "../../stack/types.ts";
import { texts } from "../collections.ts";
import { child, flag, oneOf, optional, type Reader, text, whole } from "../fields.ts";
import { duration } from "../measures.ts";
import { at, read, type ServiceField } from "../reading.ts";
import { scalarText } from "../tree.ts";

const MAX_REPLICAS = 1000;
const MODES = ["replicated", "global", "replicated-job", "global-job"] as const;

/** Reads how many containers there are; `job`: the deploy mode says that they run to their end. */
export function readReplicas(service: ServiceField): { readonly replicas: number; readonly job: boolean } {
  const count = whole(0, MAX_REPLICAS);
  const [scale, replicas] = [
    read(service, "scale", count, "replicas"),
    read(service, "deploy.replicas", count, "replicas"),
  ];
  const field = at(service, "scale");
  if (scale !== undefined && replicas !== undefined && scale !== replicas && field !== undefined) {
    // Rancher's file says the number in its own key, and is laid over the compose file on purpose.
    service.notebook.error(field, "scale and deploy.replicas say different numbers", "keep one of them");
  }
  const modeField = at(service, "deploy.mode");
  const mode = optional(modeField, oneOf(MODES), service.notebook) ?? "replicated";
  if (mode.startsWith("global") && modeField !== undefined) {
    service.notebook.info(modeField, `mode ${mode} means one container here: a stack runs on one machine`);
  }
  return { replicas: mode.startsWith("global") ? 1 : (replicas ?? scale ?? 1), job: mode.endsWith("job") };
}

/** Reads what follows when a container ends; undefined when nothing is said. */
export function readRestart(service: ServiceField): RestartSpec | undefined {
  const { notebook } = service;
  const policy = at(service, "deploy.restart_policy");
  const plain = read(service, "restart", restart, "restart");
  if (policy === undefined) return plain;
  notebook.place(`${service.pointer}/restart`, policy.at);
  const condition = optional(child(policy, "condition"), oneOf(["none", "on-failure", "any"]), notebook) ?? "any";
  const attempts = optional(child(policy, "max_attempts"), whole(0), notebook);
  if (condition === "none") return { when: "no" };
  if (condition === "any") {
    const field = child(policy, "max_attempts");
    if (field)
      notebook.warn(field, "max_attempts has no effect: the engine counts failures only", "use condition: on-failure");
    return { when: "always" };
  }
  return { when: "on-failure", ...(attempts && { attempts }) };
}

const restart: Reader<RestartSpec> = (field, notebook) => {
  // `restart: no` without quotes: a truth to YAML 1.1.
  const word = scalarText(field.node) === "false" ? "no" : (scalarText(field.node) ?? "");
  const match = /^(no|always|unless-stopped|on-failure)(?::(\d{1,6}))?$/.exec(word);
  const when = match?.[1] as RestartSpec["when"] | undefined;
  if (when === undefined || (match?.[2] !== undefined && when !== "on-failure")) {
    notebook.error(
      field,
      `${word} is no restart policy`,
      "no, always, unless-stopped, on-failure and on-failure:N are",
    );
    return undefined;
  }
  const attempts = Number(match?.[2] ?? 0);
  return { when, ...(attempts > 0 && { attempts }) };
};

/** Reads how a container is stopped, and where its output goes. */
export function readStop(service: ServiceField): Pick<ServiceSpec, "stopSignal" | "stopGraceMs" | "logging"> {
  const { notebook } = service;
  const logging = at(service, "logging");
  if (logging !== undefined) notebook.place(`${service.pointer}/logging`, logging.at);
  const options = child(logging, "options");
  return {
    stopSignal: read(service, "stop_signal", text, "stopSignal"),
    stopGraceMs:
      read(service, "stop_grace_period", duration, "stopGraceMs") ??
      read(service, "drain_timeout_ms", whole(0), "stopGraceMs") ??
      10_000,
    logging: logging && {
      driver: optional(child(logging, "driver"), text, notebook),
      options: options ? texts(options, notebook, `${service.pointer}/logging/options`) : {},
    },
  };
}

const FAILURE = ["rollback", "pause", "continue"] as const;

/**
 * Reads how containers are replaced. What is not said: one at a time, a failure rolls back, and the new one is started first where two
 * at once can do no harm (`together`).
 */
export function readUpdate(service: ServiceField, together: boolean): UpdateSpec {
  const update = (key: string) => `deploy.update_config.${key}`;
  const milliseconds = whole(0);
  const parallel = read(service, update("parallelism"), whole(0), "update/batch");
  const order = read(service, update("order"), oneOf(["stop-first", "start-first"]), "update/startFirst");
  const rancherFirst = read(service, "upgrade_strategy.start_first", flag, "update/startFirst");
  return {
    // None means all at once.
    batch:
      parallel === 0
        ? MAX_REPLICAS
        : (parallel ?? read(service, "upgrade_strategy.batch_size", whole(1), "update/batch") ?? 1),
    intervalMs:
      read(service, update("delay"), duration, "update/intervalMs") ??
      read(service, "upgrade_strategy.interval_millis", milliseconds, "update/intervalMs") ??
      0,
    startFirst: order === undefined ? (rancherFirst ?? together) : order === "start-first",
    monitorMs: read(service, update("monitor"), duration, "update/monitorMs") ?? 5000,
    onFailure: read(service, update("failure_action"), oneOf(FAILURE), "update/onFailure") ?? "rollback",
    confirm: false,
  };
}
