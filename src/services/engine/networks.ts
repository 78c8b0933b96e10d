// What the engine does with networks.

import { hasCode } from "../../base/errors.ts";
import { type EngineClient, safeName } from "./client.ts";
import { unless } from "./containers.ts";
import { endpoint } from "./create-body.ts";

import { fields, list, text, textMap } from "./fields.ts";
import type { Asked } from "./reasons.ts";
import type { Engine } from "./types.ts";

export type NetworkOperations = Pick<Engine, "networks" | "createNetwork" | "connect" | "disconnect" | "removeNetwork">;
type NetworkOfEngine = Awaited<ReturnType<Engine["networks"]>>[number];
type Labels = Readonly<Record<string, string>>;

export function networkOperations(client: EngineClient): NetworkOperations {
  return {
    networks: listNetworks(client),
    createNetwork: createNetwork(client),
    connect: connectContainer(client),
    disconnect: disconnectContainer(client),
    removeNetwork: removeNetwork(client),
  };
}

function about(action: string, name: string): Asked {
  return { action: `${action} ${name}`, name, of: "network" };
}

function listNetworks(client: EngineClient): Engine["networks"] {
  return async ({ labels = [] }, wait) => {
    const asked: Asked = { action: "list networks", name: "networks", of: "engine" };
    const filters = labels.length > 0 ? { filters: { label: [...labels] } } : {};
    const answer: unknown = await client.call(
      asked,
      (docker, abortSignal) => docker.listNetworks({ ...filters, abortSignal } as object),
      wait,
    );
    if (!Array.isArray(answer)) throw client.senseless("it is no list", asked);
    return list(answer).map(parseNetwork);
  };
}

function createNetwork(client: EngineClient): Engine["createNetwork"] {
  return async (plan, wait) => {
    try {
      const made = await client.call(
        about("make the network", plan.name),
        (docker, abortSignal) =>
          docker.createNetwork({ _query: {}, _body: networkBody(plan), abortSignal } as unknown as { Name: string }),
        wait,
      );
      return made.id;
    } catch (error) {
      if (!hasCode(error, "E_ENGINE_NAME_TAKEN")) throw error;
      const there = await findNetwork(client, plan.name, wait?.signal);
      if (there && holds(there.labels, plan.labels)) return there.id;
      throw error;
    }
  };
}

function networkBody(plan: Parameters<Engine["createNetwork"]>[0]): Record<string, unknown> {
  return {
    Name: plan.name,
    CheckDuplicate: true,
    Attachable: true,
    Driver: plan.driver ?? "bridge",
    Internal: plan.internal ?? false,
    EnableIPv6: plan.ipv6 ?? false,
    Labels: plan.labels,
    Options: plan.options ?? {},
    ...(plan.subnets && plan.subnets.length > 0 && { IPAM: { Config: plan.subnets.map(ipamBody) } }),
  };
}

async function findNetwork(
  client: EngineClient,
  name: string,
  signal: AbortSignal | undefined,
): Promise<NetworkOfEngine | undefined> {
  const answer = await client
    .get(`/networks/${safeName(name)}`, about("look at", name), { signal })
    .catch(unless("E_ENGINE_NO_NETWORK"));
  return answer === undefined ? undefined : parseNetwork(answer);
}

function connectContainer(client: EngineClient): Engine["connect"] {
  return async (network, container, options = {}, wait) => {
    const body = { Container: container, EndpointConfig: endpoint(options) };
    await client
      .call(
        about(`connect ${container} to`, network),
        (docker, abortSignal) => docker.getNetwork(safeName(network)).connect({ ...body, abortSignal } as typeof body),
        wait,
      )
      .catch(unlessSaid(/endpoint with name \S+ already exists|already connected to network/i));
  };
}

function disconnectContainer(client: EngineClient): Engine["disconnect"] {
  return async (network, container, wait) => {
    const body = { Container: container, Force: true };
    await client
      .call(
        about(`disconnect ${container} from`, network),
        (docker, abortSignal) =>
          docker.getNetwork(safeName(network)).disconnect({ ...body, abortSignal } as typeof body),
        wait,
      )
      .catch(unless("E_ENGINE_NO_NETWORK"))
      .catch(unlessSaid(/is not connected to|no such container|no container with name/i));
  };
}

function removeNetwork(client: EngineClient): Engine["removeNetwork"] {
  return async (name, wait) => {
    await client
      .call(
        about("remove the network", name),
        (docker, abortSignal) => docker.getNetwork(safeName(name)).remove({ abortSignal }),
        wait,
      )
      .catch(unless("E_ENGINE_NO_NETWORK"))
      // Podman does not say which.
      .catch(unlessSaid(/network not found/i));
  };
}

function parseNetwork(answer: unknown): NetworkOfEngine {
  const whole = fields(answer);
  const ranges = list(fields(whole["IPAM"])["Config"]).map((one) => text(fields(one)["Subnet"]));
  return {
    id: text(whole["Id"]),
    name: text(whole["Name"]),
    labels: textMap(whole["Labels"]),
    subnets: ranges.filter((subnet) => subnet !== ""),
  };
}

function ipamBody(range: {
  readonly subnet: string;
  readonly gateway?: string | undefined;
  readonly range?: string | undefined;
}) {
  return {
    Subnet: range.subnet,
    ...(range.gateway !== undefined && { Gateway: range.gateway }),
    ...(range.range !== undefined && { IPRange: range.range }),
  };
}

/** True when all of `wanted` are among the labels. */
export function holds(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

/** The engine's words say that it is so already. */
export function unlessSaid(words: RegExp): (error: unknown) => undefined {
  return (error) => {
    if (!words.test(String(error))) throw error;
    return undefined;
  };
}
