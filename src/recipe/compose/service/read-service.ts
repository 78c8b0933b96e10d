// One service of the merged recipe as a spec.

import type { ServiceSpec } from "../../stack/types.ts";
import { flag, optional, text } from "../fields.ts";
import { at, read, type ServiceField } from "../reading.ts";
import { type BerthPart, readBerthPart } from "./berth-part.ts";
import { type Link, readDependencies, readLinks, readVolumesFrom, type Wanted } from "./dependencies.ts";
import { readFileUses, type Used } from "./file-uses.ts";
import { readHealth } from "./health.ts";
import { readReplicas, readRestart, readStop, readUpdate } from "./life.ts";
import { readLimits } from "./limits.ts";
import { type Mounted, readMounts } from "./mounts.ts";
import { readNetwork } from "./network.ts";
import { readPorts } from "./ports.ts";
import { readProcess } from "./process.ts";
import { readSecurity } from "./security.ts";

/** A service as it is read alone: what concerns other parts of the recipe is settled in `settle.ts`. */
export interface ServiceDraft {
  readonly service: ServiceField;
  readonly spec: Omit<ServiceSpec, "mounts" | "dependsOn" | "kind" | "restart">;
  readonly restart: ServiceSpec["restart"] | undefined;
  readonly once: boolean;
  readonly mounts: readonly Mounted[];
  readonly dependencies: readonly Wanted[];
  readonly links: readonly Link[];
  readonly volumesFrom: ReturnType<typeof readVolumesFrom>;
  readonly secrets: readonly Used[];
  readonly configs: readonly Used[];
}

/** Reads a service; what is wrong is noted. */
export function readService(service: ServiceField): ServiceDraft {
  service.notebook.place(service.pointer, service.field.at);
  const own = readBerthPart(service);
  const process = readProcess(service);
  const { replicas, job } = readReplicas(service);
  const mounts = readMounts(service);
  const [secrets, configs] = [readFileUses(service, "secrets"), readFileUses(service, "configs")];
  const uses = { secrets: secrets.map(({ use }) => use), configs: configs.map(({ use }) => use) };
  return {
    service,
    restart: readRestart(service),
    once: own.once || job || process.labels["io.rancher.container.start_once"] === "true",
    mounts,
    dependencies: readDependencies(service),
    links: readLinks(service),
    volumesFrom: readVolumesFrom(service),
    secrets,
    configs,
    spec: {
      name: service.name,
      ...process,
      replicas,
      ...uses,
      ...readReach(service, own, mounts),
      ...readCare(service, own),
    },
  };
}

/** Networks, ports and routes; and how an upgrade goes, which depends on them. */
function readReach(service: ServiceField, own: BerthPart, mounts: readonly Mounted[]) {
  const ports = readPorts(service);
  const writes = mounts.some(({ mount }) => mount.kind !== "tmpfs" && !mount.readOnly);
  // Two at once can do no harm when the proxy is the only way in and nothing is written that lasts.
  const together = own.routes.length > 0 && !writes && ports.ports.every(({ host }) => host === undefined);
  const alias = optional(at(service, "container_name"), text, service.notebook);
  return {
    ...ports,
    ...readNetwork(service, alias === undefined || alias === service.name ? [] : [alias]),
    routes: own.routes,
    update: { ...readUpdate(service, together), ...own.update },
    retainAddress: read(service, "retain_ip", flag, "retainAddress") ?? false,
  };
}

/** What is watched and what is allowed. */
function readCare(service: ServiceField, own: BerthPart) {
  return {
    ...readStop(service),
    health: readHealth(service, own.http),
    limits: readLimits(service),
    security: readSecurity(service),
    idle: own.idle,
    authenticated: own.authenticated,
    writeAudit: own.writeAudit,
  };
}
