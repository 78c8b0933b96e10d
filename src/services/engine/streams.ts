// Logs and events: streams that may go on for as long as the engine lives.

import { type EngineClient, safeName } from "./client.ts";
import { fail } from "./errors.ts";
import { jsonLines } from "./json-lines.ts";
import { logChunks } from "./log-chunks.ts";
import { parseEvent } from "./parse-event.ts";
import type { Asked } from "./reasons.ts";
import type { Engine, EngineEvent, LogChunk } from "./types.ts";

export function logOperation(client: EngineClient, container: Engine["container"]): Engine["logs"] {
  return async function* logs(id, options, wait): AsyncGenerator<LogChunk> {
    const asked: Asked = { action: `read the output of ${id}`, name: id, of: "container" };
    // Only the container itself tells whether there are frames in what is to come.
    const found = await container(id, wait);
    if (!found) throw fail("E_ENGINE_NO_CONTAINER", { name: id });
    const query = {
      follow: options.follow ?? false,
      stdout: options.stdout ?? true,
      stderr: options.stderr ?? true,
      timestamps: true,
      ...(options.since !== undefined && { since: moment(options.since) }),
      ...(options.until !== undefined && { until: moment(options.until) }),
      ...(options.tail !== undefined && { tail: options.tail }),
    };
    const stream: unknown = await client.call(
      asked,
      (docker, abortSignal) => docker.getContainer(safeName(id)).logs({ ...query, abortSignal } as { follow: true }),
      wait,
    );
    try {
      const bad = (reason: string) => client.senseless(reason, asked);
      yield* logChunks(stream as AsyncIterable<Buffer>, found.tty, bad);
    } catch (error) {
      if (wait?.signal?.aborted) throw wait.signal.reason;
      throw client.failure(error, asked);
    }
  };
}

export function eventOperation(client: EngineClient): Engine["events"] {
  return async function* events({ since }, wait): AsyncGenerator<EngineEvent> {
    const asked: Asked = { action: "tell what happens", name: "events", of: "engine" };
    const query = since === undefined ? {} : { since: moment(since) };
    const signal = wait?.signal;
    try {
      const stream: unknown = await client.call(
        asked,
        (docker, abortSignal) => docker.getEvents({ ...query, abortSignal } as object),
        // Podman sends nothing, not even a head, before there is an event.
        { ...wait, timeoutMs: Infinity },
      );
      const bad = (reason: string) => client.senseless(reason, asked);
      for await (const answer of jsonLines(stream as AsyncIterable<Buffer>, bad)) {
        const event = parseEvent(answer);
        if (event) yield event;
      }
    } catch (error) {
      if (signal?.aborted) return;
      throw client.failure(error, asked);
    }
    if (!signal?.aborted) throw fail("E_ENGINE_GONE", { address: client.address, action: asked.action });
  };
}

// Engines take seconds with nine digits behind the point; a number would be written as 1.79e9, or lose its last digits.
function moment(seconds: number): string {
  return seconds.toFixed(9);
}
