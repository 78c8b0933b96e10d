// Server-sent events on a connection: messages as the reader takes them, a comment now and then so that proxies keep the
// connection open, and an end when the reader goes. Knows nothing of what is sent.

import { once } from "node:events";
import type { ServerResponse } from "node:http";

/** Comments come so often when nothing else does. */
const HEARTBEAT_MS = 15_000;

/** One message. */
export interface StreamEvent {
  readonly event: string;
  /** Becomes JSON. */
  readonly data: unknown;
  /** What a reader that lost the connection names to go on behind this message. */
  readonly id?: number | undefined;
}

/** Sends the events until they end, or the signal comes, and closes the stream. */
export async function sendEvents(
  response: ServerResponse,
  events: AsyncIterable<StreamEvent>,
  signal: AbortSignal,
  heartbeatMs = HEARTBEAT_MS,
): Promise<void> {
  response.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    // Some proxies collect answers before they pass them on.
    "x-accel-buffering": "no",
  });
  response.flushHeaders();
  const heart = setInterval(() => beat(response), heartbeatMs);
  try {
    for await (const { event, data, id } of events) {
      const place = id === undefined ? "" : `id: ${id}\n`;
      const room = response.write(`${place}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      // What is sent is a state: who reads slowly gets the newest one later, and nothing piles up.
      if (!room) await once(response, "drain", { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    clearInterval(heart);
    response.end();
  }
}

function beat(response: ServerResponse): void {
  if (!response.writableNeedDrain) response.write(": still here\n\n");
}
