// What the engine does with volumes.

import { type EngineClient, safeName } from "./client.ts";
import { fail } from "./errors.ts";
import { fields, list, text, textMap } from "./fields.ts";
import { holds, unlessSaid } from "./networks.ts";
import type { Asked } from "./reasons.ts";
import type { Engine } from "./types.ts";

export type VolumeOperations = Pick<Engine, "volumes" | "createVolume" | "removeVolume">;

export function volumeOperations(client: EngineClient): VolumeOperations {
  return {
    volumes: listVolumes(client),
    createVolume: createVolume(client),
    removeVolume: removeVolume(client),
  };
}

function about(action: string, name: string): Asked {
  return { action: `${action} ${name}`, name, of: "volume" };
}

function listVolumes(client: EngineClient): Engine["volumes"] {
  return async ({ labels = [] }, wait) => {
    const asked: Asked = { action: "list volumes", name: "volumes", of: "engine" };
    const filters = labels.length > 0 ? { filters: { label: [...labels] } } : {};
    const answer: unknown = await client.call(
      asked,
      (docker, abortSignal) => docker.listVolumes({ ...filters, abortSignal } as object),
      wait,
    );
    return list(fields(answer)["Volumes"]).map((one) => {
      const { Name, Driver, Mountpoint, Labels, Options } = fields(one);
      const maps = { labels: textMap(Labels), options: textMap(Options) };
      return { name: text(Name), driver: text(Driver), mountpoint: text(Mountpoint), ...maps };
    });
  };
}

function createVolume(client: EngineClient): Engine["createVolume"] {
  return async (plan, wait) => {
    const asked = about("make the volume", plan.name);
    const body = {
      Name: plan.name,
      Driver: plan.driver ?? "local",
      DriverOpts: plan.options ?? {},
      Labels: plan.labels,
    };
    await client.call(
      asked,
      (docker, abortSignal) => docker.createVolume({ _query: {}, _body: body, abortSignal } as object),
      wait,
    );
    // An engine that has a volume of this name answers as if it had made it, whoever's it is.
    const made = fields(await client.get(`/volumes/${safeName(plan.name)}`, asked, wait));
    if (!holds(textMap(made["Labels"]), plan.labels)) throw fail("E_ENGINE_NAME_TAKEN", { name: plan.name });
  };
}

function removeVolume(client: EngineClient): Engine["removeVolume"] {
  return async (name, wait) => {
    await client
      .call(
        about("remove the volume", name),
        (docker, abortSignal) => docker.getVolume(safeName(name)).remove({ abortSignal }),
        wait,
      )
      .catch(unlessSaid(/no such volume|no volume with name/i));
  };
}
