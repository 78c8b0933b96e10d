// What the engine does with containers. Stopping the stopped, pausing the paused, removing what is not there: no failures.

import { hasCode } from "../../base/errors.ts";
import { type EngineClient, safeName } from "./client.ts";
import { createContainer } from "./create-container.ts";
import { fail } from "./errors.ts";
import { fields, list, text } from "./fields.ts";
import { inParallel } from "./in-parallel.ts";
import { parseContainer } from "./parse-container.ts";
import { parseUsage } from "./parse-usage.ts";
import type { Asked } from "./reasons.ts";
import type { TraitsOf } from "./traits.ts";
import type { ContainerStatus, Engine } from "./types.ts";

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

export function containerOperations(client: EngineClient, traits: TraitsOf): ContainerOperations {
  const container = inspectContainer(client);
  return {
    container,
    containers: listContainers(client, container),
    create: createContainer(client, traits),
    start: startContainer(client),
    stop: stopContainer(client),
    kill: killContainer(client),
    pause: pauseContainer(client, container),
    unpause: unpauseContainer(client, container),
    rename: renameContainer(client, container),
    remove: removeContainer(client),
    wait: waitForContainer(client),
    usage: measureContainer(client),
    putArchive: fillContainer(client),
  };
}

function about(action: string, name: string): Asked {
  return { action: `${action} ${name}`, name, of: "container" };
}

function inspectContainer(client: EngineClient): Engine["container"] {
  return async (id, wait) => {
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
}

function listContainers(client: EngineClient, container: Engine["container"]): Engine["containers"] {
  return async ({ labels = [], all = true }, wait) => {
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
  };
}

function startContainer(client: EngineClient): Engine["start"] {
  return async (id, wait) => {
    const answer: unknown = await client.call(
      { ...about("start", id), otherwise: "E_ENGINE_START" },
      (docker, abortSignal) => docker.getContainer(safeName(id)).start({ abortSignal }),
      { timeoutMs: 2 * MINUTE, ...wait },
    );
    return fields(answer)["unchanged"] !== true;
  };
}

function stopContainer(client: EngineClient): Engine["stop"] {
  return async (id, graceMs, wait) => {
    const t = Math.ceil(graceMs / 1000);
    await client
      .call(about("stop", id), (docker, abortSignal) => docker.getContainer(safeName(id)).stop({ t, abortSignal }), {
        ...wait,
        timeoutMs: graceMs + MINUTE,
      })
      .catch(unless("E_ENGINE_NO_CONTAINER"));
  };
}

function killContainer(client: EngineClient): Engine["kill"] {
  return async (id, signal, wait) => {
    // Only of this signal the end is what was wanted.
    const deadly = /^(?:SIG)?KILL$/.test(signal);
    await client
      .call(
        about(`send ${signal} to`, id),
        (docker, abortSignal) => docker.getContainer(safeName(id)).kill({ signal, abortSignal }),
        wait,
      )
      .catch((error: unknown) => {
        if (!deadly || !hasCode(error, "E_ENGINE_NOT_RUNNING")) throw error;
      });
  };
}

function pauseContainer(client: EngineClient, container: Engine["container"]): Engine["pause"] {
  return async (id, wait) => {
    await client
      .call(about("pause", id), (docker, abortSignal) => docker.getContainer(safeName(id)).pause({ abortSignal }), wait)
      .catch(unlessStatus("paused", container, id, wait?.signal));
  };
}

function unpauseContainer(client: EngineClient, container: Engine["container"]): Engine["unpause"] {
  return async (id, wait) => {
    await client
      .call(
        about("unpause", id),
        (docker, abortSignal) => docker.getContainer(safeName(id)).unpause({ abortSignal }),
        wait,
      )
      .catch(unlessStatus("running", container, id, wait?.signal));
  };
}

function renameContainer(client: EngineClient, container: Engine["container"]): Engine["rename"] {
  return async (id, name, wait) => {
    await client
      .call(
        { action: `rename ${id} to ${name}`, name, of: "container" },
        (docker, abortSignal) => docker.getContainer(safeName(id)).rename({ name, abortSignal }),
        wait,
      )
      .catch(async (error: unknown) => {
        if ((await container(id, wait))?.name !== name) throw error;
      });
  };
}

function removeContainer(client: EngineClient): Engine["remove"] {
  return async (id, { force = false } = {}, wait) => {
    await client
      .call(
        about("remove", id),
        (docker, abortSignal) => docker.getContainer(safeName(id)).remove({ force, v: true, abortSignal }),
        { timeoutMs: MINUTE, ...wait },
      )
      .catch(unless("E_ENGINE_NO_CONTAINER"))
      .catch((error: unknown) => {
        // Somebody else removes it at this moment.
        if (!String(error).includes("already in progress")) throw error;
      });
  };
}

function waitForContainer(client: EngineClient): Engine["wait"] {
  return async (id, wait) => {
    const asked = about("wait for", id);
    const answer: unknown = await client.call(
      asked,
      (docker, abortSignal) => docker.getContainer(safeName(id)).wait({ abortSignal }),
      { ...wait, timeoutMs: Infinity },
    );
    const code = fields(answer)["StatusCode"];
    if (typeof code !== "number") throw client.senseless("there is no exit code in it", asked);
    return code;
  };
}

function measureContainer(client: EngineClient): Engine["usage"] {
  return async (id, wait) => {
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
  };
}

function fillContainer(client: EngineClient): Engine["putArchive"] {
  return async (id, path, tar, wait) => {
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
  };
}

/** A failure of this code is none: there is nothing to answer. */
export function unless(code: string): (error: unknown) => undefined {
  return (error) => {
    if (!hasCode(error, code)) throw error;
    return undefined;
  };
}

/** It was so already, which two engines have four ways to say: the container itself is asked. */
function unlessStatus(
  status: ContainerStatus,
  container: Engine["container"],
  id: string,
  signal: AbortSignal | undefined,
): (error: unknown) => Promise<void> {
  return async (error) => {
    if ((await container(id, { signal }))?.status !== status) throw error;
  };
}
