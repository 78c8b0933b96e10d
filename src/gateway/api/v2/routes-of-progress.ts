// Live progress of a pull as server-sent events. Each message holds the whole record: bytes, rate, stage, queue position.

import { Type } from "typebox";
import type { Principal } from "../../types.ts";
import { somebody } from "../ask.ts";
import { fail } from "../errors.ts";
import { type StreamEvent, sendEvents } from "./event-stream.ts";
import { type Changed, followPull, waitersOf } from "./follow-pull.ts";
import { REFUSED } from "./operations.ts";
import type { V2Parts } from "./parts.ts";
import { problemOf } from "./problem.ts";
import { PULL_PARAMS } from "./routes-of-pulls.ts";
import type { TypedServer } from "./type-provider.ts";

/** Streams that one person may have open on a server. */
const STREAMS_EACH = 16;

const SCHEMA = {
  operationId: "streamPull",
  summary:
    "The pull's record again at each change (`progress`), and at its end (`end`); `problem` if it cannot be read",
  params: PULL_PARAMS,
  response: {
    200: {
      description: "Server-sent events; the data of `progress` and `end` is a Pull, that of `problem` a Problem.",
      content: { "text/event-stream": { schema: Type.String() } },
    },
    default: REFUSED,
  },
} as const;

export function progressRoutes(app: TypedServer, parts: V2Parts): void {
  const { desk, authenticate } = parts;
  const { changed, stop } = waitersOf(parts.watch);
  const ending = new AbortController();
  const streams = new Map<number, number>();
  // Before the server waits for open requests: these would stay open.
  app.addHook("preClose", async () => {
    ending.abort();
    stop();
  });

  app.get("/pulls/:id/events", { schema: SCHEMA, exposeHeadRoute: false }, async (request, reply) => {
    const who = await somebody(authenticate, request, undefined);
    const { id } = request.params;
    // A pull that is not there is an ordinary refusal, not a stream.
    await desk.findPull(who, id);
    const leave = enter(streams, who);
    reply.hijack();
    const gone = new AbortController();
    reply.raw.once("close", () => gone.abort());
    // Whoever went while the pull was looked for is not told again.
    if (reply.raw.closed) gone.abort();
    const signal = AbortSignal.any([gone.signal, ending.signal]);
    try {
      await sendEvents(reply.raw, newsOf({ desk, changed }, who, id, signal), signal);
    } catch (error) {
      request.log.error({ err: error }, "a stream of events failed");
    } finally {
      leave();
    }
  });
}

async function* newsOf(
  sources: { readonly desk: V2Parts["desk"]; readonly changed: Changed },
  who: Principal,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  try {
    for await (const pull of followPull(sources, who, id, { signal })) {
      yield { event: pull.finishedAt === null ? "progress" : "end", data: pull };
    }
  } catch (error) {
    yield { event: "problem", data: problemOf(error) };
  }
}

function enter(streams: Map<number, number>, { uid }: Principal): () => void {
  const open = streams.get(uid) ?? 0;
  if (open >= STREAMS_EACH) throw fail("E_API_STREAMS", { limit: STREAMS_EACH });
  streams.set(uid, open + 1);
  return () => {
    const left = (streams.get(uid) ?? 1) - 1;
    if (left > 0) streams.set(uid, left);
    else streams.delete(uid);
  };
}
