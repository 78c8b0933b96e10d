// How much a service's containers may take: memory, processors, processes, files. Compose says some of it in two places.

import type { LimitsSpec } from "../../stack/types.ts";
import { map, texts } from "../collections.ts";
import { amount, child, type Field, optional, type Reader, text, whole } from "../fields.ts";
import { size, sizeOrUnlimited } from "../measures.ts";
import { segment } from "../notebook.ts";
import { at, read, type ServiceField } from "../reading.ts";

/** Reads everything that bounds a container. */
export function readLimits(service: ServiceField): LimitsSpec {
  const { notebook } = service;
  const sysctls = at(service, "sysctls");
  const limits = "deploy.resources.limits";
  return {
    memoryBytes: either(service, "mem_limit", `${limits}.memory`, size, "memoryBytes"),
    memoryReservationBytes: either(
      service,
      "mem_reservation",
      "deploy.resources.reservations.memory",
      size,
      "memoryReservationBytes",
    ),
    memorySwapBytes: read(service, "memswap_limit", sizeOrUnlimited, "limits/memorySwapBytes"),
    cpus: either(service, "cpus", `${limits}.cpus`, amount, "cpus") ?? quota(service),
    cpuShares: read(service, "cpu_shares", whole(0), "limits/cpuShares"),
    cpuset: read(service, "cpuset", cpuset, "limits/cpuset"),
    pids: either(service, "pids_limit", `${limits}.pids`, whole(-1), "pids"),
    shmBytes: read(service, "shm_size", size, "limits/shmBytes"),
    oomScoreAdj: read(service, "oom_score_adj", whole(-1000, 1000), "limits/oomScoreAdj"),
    ulimits: readUlimits(service),
    sysctls: sysctls ? texts(sysctls, notebook, `${service.pointer}/limits/sysctls`) : {},
  };
}

/** A bound that two keys can say; they must not differ. */
function either(
  service: ServiceField,
  old: string,
  modern: string,
  reader: Reader<number>,
  spec: string,
): number | undefined {
  const [first, second] = [
    read(service, old, reader, `limits/${spec}`),
    read(service, modern, reader, `limits/${spec}`),
  ];
  const field = at(service, modern);
  if (first !== undefined && second !== undefined && first !== second && field !== undefined) {
    service.notebook.error(field, `${old} and ${modern} say different things`, "keep one of them");
  }
  return second ?? first;
}

function quota(service: ServiceField): number | undefined {
  const taken = read(service, "cpu_quota", whole(-1), "limits/cpus");
  const period = optional(at(service, "cpu_period"), microseconds, service.notebook) ?? 100_000;
  const field = at(service, "cpu_period");
  if (taken === undefined && field !== undefined) {
    service.notebook.warn(field, "cpu_period has no effect without cpu_quota", "use cpus");
  }
  return taken === undefined || taken <= 0 ? undefined : Math.round((taken / period) * 1e6) / 1e6;
}

const microseconds: Reader<number> = (field, notebook) => whole(1, 10_000_000)(field, notebook);

const cpuset: Reader<string> = (field, notebook) => {
  const found = text(field, notebook);
  if (found === undefined || /^\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*$/.test(found)) return found;
  notebook.error(field, `${found} names no processors`, "write 0-3 or 0,2");
  return undefined;
};

function readUlimits(service: ServiceField): LimitsSpec["ulimits"] {
  const { notebook } = service;
  const found = (optional(at(service, "ulimits"), map, notebook) ?? []).flatMap(([name, field]) => {
    const pair = ulimit(field, notebook);
    if (pair === undefined) return [];
    notebook.place(`${service.pointer}/limits/ulimits/${segment(name)}`, field.at);
    return [[name, pair] as const];
  });
  return Object.fromEntries(found);
}

function ulimit(field: Field, notebook: ServiceField["notebook"]): { soft: number; hard: number } | undefined {
  if (field.node.kind !== "map") {
    const both = whole(-1)(field, notebook);
    return both === undefined ? undefined : { soft: both, hard: both };
  }
  const soft = optional(child(field, "soft"), whole(-1), notebook);
  const hard = optional(child(field, "hard"), whole(-1), notebook);
  if (soft !== undefined && hard !== undefined) {
    if (hard !== -1 && (soft === -1 || soft > hard)) notebook.error(field, "the soft limit is above the hard one");
    return { soft, hard };
  }
  notebook.error(field, "a limit has a soft and a hard value");
  return undefined;
}
