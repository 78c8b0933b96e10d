// Makes a container of a plan, in all of its networks, or leaves none behind.

import { existsSync } from "node:fs";
import { type EngineClient, safeName } from "./client.ts";
import { createBody, endpoint } from "./create-body.ts";
import { fail } from "./errors.ts";
import type { Asked } from "./reasons.ts";
import type { TraitsOf } from "./traits.ts";
import type { ContainerPlan, Engine } from "./types.ts";

export function createContainer(client: EngineClient, traits: TraitsOf): Engine["create"] {
  return async (plan, wait) => {
    const known = await traits(wait?.signal);
    if (known.kind === "podman" && client.local) checkSources(plan);
    const asked: Asked = { action: `create ${plan.name}`, name: plan.name, of: "container" };
    // dockerode writes into the address what it is not told to put into the body only.
    const request = { _query: { name: plan.name }, _body: createBody(plan, known) };
    const { id } = await client.call(
      asked,
      (docker, abortSignal) => docker.createContainer({ ...request, abortSignal } as object),
      wait,
    );
    try {
      await connectRest(client, plan, id, wait?.signal);
    } catch (error) {
      await client
        .call(asked, (docker, abortSignal) => docker.getContainer(safeName(id)).remove({ force: true, abortSignal }))
        .catch(() => undefined);
      throw error;
    }
    return id;
  };
}

// Docker takes one network when a container is made.
async function connectRest(
  client: EngineClient,
  { name, networks }: ContainerPlan,
  id: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const network of networks.slice(1)) {
    const options = { Container: id, EndpointConfig: endpoint(network) };
    await client.call(
      { action: `connect ${name} to ${network.name}`, name: network.name, of: "network" },
      (docker, abortSignal) =>
        docker.getNetwork(safeName(network.name)).connect({ ...options, abortSignal } as typeof options),
      { signal },
    );
  }
}

// Podman's Docker API makes missing folders on the host instead of refusing them.
function checkSources({ name, mounts }: ContainerPlan): void {
  for (const mount of mounts)
    if (mount.kind === "bind" && !existsSync(mount.source))
      throw fail("E_ENGINE_REFUSED", { action: `create ${name}`, reason: `${mount.source} does not exist` });
}
