// A stack's services as launches, so that practices which no rule of stacks covers are asked of them, too: at the API, where there is
// a spec and no longer a text.

import type { Located, Range, SourceText } from "../base/source.ts";
import type { MountSpec, PortSpec, ServiceSpec, StackSpec } from "../recipe/stack/types.ts";
import type { PolicyConfig } from "./config.ts";
import { judgedWith, judgePractices } from "./judge-practices.ts";
import type { LaunchMount, LaunchPort, LaunchView, Placed } from "./launch-view/types.ts";
import { placeOf, pointerTo } from "./pointer.ts";
import type { PracticeFacts } from "./practice-facts.ts";
import { PRACTICES } from "./practices/practices.ts";
import type { Finding } from "./types.ts";

const NOWHERE: Range = { start: 0, end: 0 };

const placed = <Value>(value: Value): Placed<Value> => ({ value, range: NOWHERE });

// What a rule of stacks says already is not said twice.
const ALONE = PRACTICES.filter(
  ({ checks, counterparts = [] }) => checks.launch !== undefined && counterparts.length === 0,
);

/** What practices without a counterpart among the rules of stacks find in its services; places are those of the services. */
export function judgeStackLaunches(
  spec: StackSpec,
  policy: PolicyConfig,
  facts: PracticeFacts,
  places?: ReadonlyMap<string, Located>,
): readonly Finding[] {
  const judged = judgedWith(policy, facts);
  return spec.services.flatMap((service) => {
    const pointer = pointerTo("/services", service.name);
    const launch = launchOf(spec, service);
    return judgePractices("launch", { ...judged, launch }, ALONE, {
      names: [spec.name, `${spec.name}/${service.name}`],
    }).map(({ fix: _, ...finding }) => ({ ...finding, pointer, place: placeOf(places, pointer) }));
  });
}

function launchOf({ name: stack, tags }: StackSpec, service: ServiceSpec): LaunchView {
  const { name, image, user, security, limits, routes, health } = service;
  const source: SourceText = { name: stack, text: "" };
  return {
    ...{ source, tool: "compose", name, range: NOWHERE, engine: true, service: service.kind === "service" },
    ...{ image: placed(image), user: user === undefined ? undefined : placed(user) },
    privileged: placed(security.privileged),
    mounts: service.mounts.map(mountOf),
    ports: service.ports.map(portOf),
    capAdd: security.capAdd.map(placed),
    capDrop: security.capDrop.map(placed),
    securityOptions: security.securityOpt.map(placed),
    namespaces: namespacesOf(service),
    readOnlyRoot: placed(service.readOnly),
    terminal: placed(service.tty),
    limits: {
      memory: limits.memoryBytes !== undefined,
      processes: limits.pids !== undefined,
      cpus: limits.cpus !== undefined,
    },
    environment: Object.entries(service.environment).map(([variable, value]) => ({ ...placed(value), name: variable })),
    logDriver: service.logging?.driver === undefined ? undefined : placed(service.logging.driver),
    healthCheck: health === undefined ? undefined : health.test?.length !== 0,
    pull: service.pull,
    command: [...(service.entrypoint ?? []), ...(service.command ?? [])].map(placed),
    ...{ flags: [], insertion: undefined },
    stack: { name: stack, tags: new Map(Object.entries(tags)), open: routes.some(({ auth }) => auth === "none") },
  };
}

function mountOf(mount: MountSpec): LaunchMount {
  const { kind, target } = mount;
  const source = mount.kind === "bind" ? mount.source : mount.kind === "volume" ? mount.volume : undefined;
  return { range: NOWHERE, kind, source, target, readOnly: mount.kind !== "tmpfs" && mount.readOnly };
}

function portOf({ container, host, protocol, address }: PortSpec): LaunchPort {
  return {
    ...{ range: NOWHERE, protocol, loopback: /^(127\.|::1)/.test(address ?? "") },
    text: host === undefined ? String(container) : `${host}:${container}`,
    host: host === undefined ? undefined : { first: host, last: host },
    container: { first: container, last: container },
  };
}

function namespacesOf({
  networkMode,
  security: { pid, ipc, uts, usernsMode, cgroup },
}: ServiceSpec): LaunchView["namespaces"] {
  const wanted = [
    ["network", networkMode],
    ["pid", pid],
    ["ipc", ipc],
    ["uts", uts],
    ["user", usernsMode],
    ["cgroup", cgroup],
  ] as const;
  return wanted.flatMap(([kind, value]) => (value === undefined ? [] : [{ ...placed(value), kind }]));
}
