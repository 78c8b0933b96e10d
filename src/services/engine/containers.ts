// What the engine does with containers. Stopping the stopped, pausing the paused, removing what is not there: no failures.

import { existsSync } from "node:fs";
import { hasCode } from "../../base/errors.ts";
import { type EngineClient, safeName } from "./client.ts";
import { createBody, type EngineTraits, endpoint } from "./create-body.ts";
import { fail } from "./errors.ts";
import { fields, list, number, text } from "./fields.ts";
import { inParallel } from "./in-parallel.ts";
import { parseContainer } from "./parse-container.ts";
import { parseUsage } from "./parse-usage.ts";
import type { Asked } from "./reasons.ts";
import type { ContainerPlan, ContainerStatus, Engine } from "./types.ts";

const MINUTE = 60_000;
/** The engine looks at containers one by one; more at once only queue inside it. */
const INSPECTIONS = 8;

export type ContainerOperations = Pick<
  Engine,
  | "containers"
  | "container"
  | "create"
  | "start"
  | "stop"
  | "kill"
  | "pause"
  | "unpause"
  | "rename"
  | "remove"
  | "wait"
  | "usage"
  | "putArchive"
>;

export function containerOperations(
  client: EngineClient,
  traits: (signal?: AbortSignal) => Promise<EngineTraits>,
): ContainerOperations {
  const about = (action: string, name: string): Asked => ({ action: `${action} ${name}`, name, of: "container" });

  const container: Engine["container"] = async (id, wait) => {
    const asked = about("look at", id);
    const answer = await client
      .call(asked, (docker, abortSignal) => docker.getContainer(safeName(id)).inspect({ abortSignal }), wait)
      .then((said: unknown) => ({ said }))
      .catch(unless("E_ENGINE_NO_CONTAINER"));
    if (!answer) return undefined;
    const found = parseContainer(answer.said);
    if (!found) throw client.senseless("it is no container", asked);
    return found;
  };

  // It was so already, in the engine's own words: two engines have four ways to say that.
  const ifNot = async (status: ContainerStatus, id: string, error: unknown, signal?: AbortSignal) => {
    if ((await container(id, { signal }))?.status !== status) throw error;
  };

  return {
    container,

    async containers({ labels = [], all = true }, wait) {
      const asked: Asked = { action: "list containers", name: "containers", of: "engine" };
      const answer: unknown = await client.call(
        asked,
        (docker, abortSignal) => docker.listContainers({ all, filters: { label: [...labels] }, abortSignal }),
        wait,
      );
      if (!Array.isArray(answer)) throw client.senseless("it is no list", asked);
      const ids = list(answer).map((one) => text(fields(one)["Id"]));
      // The list leaves out exit codes, failures and process ids; what was removed meanwhile is left out here.
      const found = await inParallel(ids, INSPECTIONS, (id) => container(id, wait));
      return found.filter((one) => one !== undefined);
    },

    async create(plan, wait) {
      const known = await traits(wait?.signal);
      if (known.kind === "podman" && client.local) checkSources(plan);
      const asked = about("create", plan.name);
      const body = { _query: { name: plan.name }, _body: createBody(plan, known) };
      const made = await client.call(
        asked,
        (docker, abortSignal) => docker.createContainer({ ...body, abortSignal } as object),
        wait,
      );
      try {
        // Docker takes one network when a container is made.
        for (const network of plan.networks.slice(1)) {
          const options = { Container: made.id, EndpointConfig: endpoint(network) };
          await client.call(
            { action: `connect ${plan.name} to ${network.name}`, name: network.name, of: "network" },
            (docker, abortSignal) =>
              docker.getNetwork(safeName(network.name)).connect({ ...options, abortSignal } as typeof options),
            wait,
          );
        }
      } catch (error) {
        await client
          .call(asked, (docker, abortSignal) =>
            docker.getContainer(safeName(made.id)).remove({ force: true, abortSignal }),
          )
          .catch(() => undefined);
        throw error;
      }
      return made.id;
    },

    async start(id, wait) {
      const asked: Asked = { ...about("start", id), otherwise: "E_ENGINE_START" };
      const patience = { timeoutMs: 2 * MINUTE, ...wait };
      const answer: unknown = await client.call(
        asked,
        (docker, abortSignal) => docker.getContainer(safeName(id)).start({ abortSignal }),
        patience,
      );
      return fields(answer)["unchanged"] !== true;
    },

    async stop(id, graceMs, wait) {
      const t = Math.ceil(graceMs / 1000);
      const patience = { ...wait, timeoutMs: graceMs + MINUTE };
      await client
        .call(
          about("stop", id),
          (docker, abortSignal) => docker.getContainer(safeName(id)).stop({ t, abortSignal }),
          patience,
        )
        .catch(unless("E_ENGINE_NO_CONTAINER"));
    },

    async kill(id, signalName, wait) {
      const asked = about(`send ${signalName} to`, id);
      await client
        .call(
          asked,
          (docker, abortSignal) => docker.getContainer(safeName(id)).kill({ signal: signalName, abortSignal }),
          wait,
        )
        .catch(/^(?:SIG)?KILL$/.test(signalName) ? unless("E_ENGINE_NOT_RUNNING") : rethrow);
    },

    async pause(id, wait) {
      await client
        .call(
          about("pause", id),
          (docker, abortSignal) => docker.getContainer(safeName(id)).pause({ abortSignal }),
          wait,
        )
        .catch((error: unknown) => ifNot("paused", id, error, wait?.signal));
    },

    async unpause(id, wait) {
      await client
        .call(
          about("unpause", id),
          (docker, abortSignal) => docker.getContainer(safeName(id)).unpause({ abortSignal }),
          wait,
        )
        .catch((error: unknown) => ifNot("running", id, error, wait?.signal));
    },

    async rename(id, name, wait) {
      const asked: Asked = { action: `rename ${id} to ${name}`, name, of: "container" };
      await client
        .call(asked, (docker, abortSignal) => docker.getContainer(safeName(id)).rename({ name, abortSignal }), wait)
        .catch(async (error: unknown) => {
          if ((await container(id, wait))?.name !== name) throw error;
        });
    },

    async remove(id, { force = false } = {}, wait) {
      const patience = { timeoutMs: MINUTE, ...wait };
      await client
        .call(
          about("remove", id),
          (docker, abortSignal) => docker.getContainer(safeName(id)).remove({ force, v: true, abortSignal }),
          patience,
        )
        .catch(unless("E_ENGINE_NO_CONTAINER"))
        .catch((error: unknown) => {
          // Somebody else removes it at this moment.
          if (!String(error).includes("already in progress")) throw error;
        });
    },

    async wait(id, wait) {
      const patience = { ...wait, timeoutMs: Infinity };
      const asked = about("wait for", id);
      const answer: unknown = await client.call(
        asked,
        (docker, abortSignal) => docker.getContainer(safeName(id)).wait({ abortSignal }),
        patience,
      );
      const code = fields(answer)["StatusCode"];
      if (typeof code !== "number") throw client.senseless("there is no exit code in it", asked);
      return number(code);
    },

    async usage(id, wait) {
      const options = { stream: false as const, "one-shot": true };
      const answer: unknown = await client
        .call(
          about("measure", id),
          (docker, abortSignal) =>
            docker.getContainer(safeName(id)).stats({ ...options, abortSignal } as { stream: false }),
          wait,
        )
        .catch(unless("E_ENGINE_NO_CONTAINER"));
      return parseUsage(answer);
    },

    async putArchive(id, path, tar, wait) {
      await client
        .call(
          about("put files into", id),
          (docker, abortSignal) => docker.getContainer(safeName(id)).putArchive(tar, { path, abortSignal }),
          wait,
        )
        .catch((error: unknown) => {
          if (/could not find the file/i.test(String(error))) throw fail("E_ENGINE_NO_PATH", { name: id, path });
          throw error;
        });
    },
  };
}

// Podman's Docker API makes missing folders on the host instead of refusing them.
function checkSources({ name, mounts }: ContainerPlan): void {
  for (const mount of mounts)
    if (mount.kind === "bind" && !existsSync(mount.source))
      throw fail("E_ENGINE_REFUSED", { action: `create ${name}`, reason: `${mount.source} does not exist` });
}

function rethrow(error: unknown): never {
  throw error;
}

/** A failure of this code is none: there is nothing to answer. */
export function unless(code: string): (error: unknown) => undefined {
  return (error) => {
    if (!hasCode(error, code)) throw error;
    return undefined;
  };
}
