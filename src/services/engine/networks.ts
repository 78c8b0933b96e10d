// What the engine does with networks and volumes.

import { hasCode } from "../../base/errors.ts";
import { type EngineClient, safeName } from "./client.ts";
import { unless } from "./containers.ts";
import { endpoint } from "./create-body.ts";
import { fail } from "./errors.ts";
import { fields, list, text, textMap } from "./fields.ts";
import type { Asked } from "./reasons.ts";
import type { Engine } from "./types.ts";

export type NetworkOperations = Pick<Engine, "networks" | "createNetwork" | "connect" | "disconnect" | "removeNetwork">;
type NetworkOfEngine = Awaited<ReturnType<Engine["networks"]>>[number];
type Labels = Readonly<Record<string, string>>;

export function networkOperations(client: EngineClient): NetworkOperations {
  const about = (action: string, name: string): Asked => ({ action: `${action} ${name}`, name, of: "network" });

  const find = async (name: string, signal: AbortSignal | undefined): Promise<NetworkOfEngine | undefined> => {
    const answer = await client
      .get(`/networks/${safeName(name)}`, about("look at", name), { signal })
      .catch(unless("E_ENGINE_NO_NETWORK"));
    return answer === undefined ? undefined : parseNetwork(answer);
  };

  return {
    async networks({ labels = [] }, wait) {
      const asked: Asked = { action: "list networks", name: "networks", of: "engine" };
      const filters = labels.length > 0 ? { filters: { label: [...labels] } } : {};
      const answer: unknown = await client.call(
        asked,
        (docker, abortSignal) => docker.listNetworks({ ...filters, abortSignal } as object),
        wait,
      );
      if (!Array.isArray(answer)) throw client.senseless("it is no list", asked);
      return list(answer).map(parseNetwork);
    },

    async createNetwork(plan, wait) {
      const body = {
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
      try {
        const made = await client.call(
          about("make the network", plan.name),
          (docker, abortSignal) =>
            docker.createNetwork({ _query: {}, _body: body, abortSignal } as unknown as { Name: string }),
          wait,
        );
        return made.id;
      } catch (error) {
        if (!hasCode(error, "E_ENGINE_NAME_TAKEN")) throw error;
        const there = await find(plan.name, wait?.signal);
        if (there && holds(there.labels, plan.labels)) return there.id;
        throw error;
      }
    },

    async connect(network, container, options = {}, wait) {
      const body = { Container: container, EndpointConfig: endpoint(options) };
      await client
        .call(
          about(`connect ${container} to`, network),
          (docker, abortSignal) =>
            docker.getNetwork(safeName(network)).connect({ ...body, abortSignal } as typeof body),
          wait,
        )
        .catch(unlessSaid(/endpoint with name \S+ already exists|already connected to network/i));
    },

    async disconnect(network, container, wait) {
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
    },

    async removeNetwork(name, wait) {
      await client
        .call(
          about("remove the network", name),
          (docker, abortSignal) => docker.getNetwork(safeName(name)).remove({ abortSignal }),
          wait,
        )
        .catch(unless("E_ENGINE_NO_NETWORK"))
        // Podman does not say which.
        .catch(unlessSaid(/network not found/i));
    },
  };
}

export type VolumeOperations = Pick<Engine, "volumes" | "createVolume" | "removeVolume">;

export function volumeOperations(client: EngineClient): VolumeOperations {
  const about = (action: string, name: string): Asked => ({ action: `${action} ${name}`, name, of: "volume" });
  return {
    async volumes({ labels = [] }, wait) {
      const asked: Asked = { action: "list volumes", name: "volumes", of: "engine" };
      const filters = labels.length > 0 ? { filters: { label: [...labels] } } : {};
      const answer: unknown = await client.call(
        asked,
        (docker, abortSignal) => docker.listVolumes({ ...filters, abortSignal } as object),
        wait,
      );
      return list(fields(answer)["Volumes"]).map((one) => {
        const { Name, Driver, Mountpoint, Labels } = fields(one);
        return { name: text(Name), driver: text(Driver), mountpoint: text(Mountpoint), labels: textMap(Labels) };
      });
    },

    async createVolume(plan, wait) {
      const body = {
        Name: plan.name,
        Driver: plan.driver ?? "local",
        DriverOpts: plan.options ?? {},
        Labels: plan.labels,
      };
      const asked = about("make the volume", plan.name);
      await client.call(
        asked,
        (docker, abortSignal) => docker.createVolume({ _query: {}, _body: body, abortSignal } as object),
        wait,
      );
      // An engine that has a volume of this name answers as if it had made it, whoever's it is.
      const made = fields(await client.get(`/volumes/${safeName(plan.name)}`, asked, wait));
      if (!holds(textMap(made["Labels"]), plan.labels)) throw fail("E_ENGINE_NAME_TAKEN", { name: plan.name });
    },

    async removeVolume(name, wait) {
      await client
        .call(
          about("remove the volume", name),
          (docker, abortSignal) => docker.getVolume(safeName(name)).remove({ abortSignal }),
          wait,
        )
        .catch(unlessSaid(/no such volume|no volume with name/i));
    },
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

function holds(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

/** The engine's words say that it is so already. */
function unlessSaid(words: RegExp): (error: unknown) => undefined {
  return (error) => {
    if (!words.test(String(error))) throw error;
    return undefined;
  };
}
