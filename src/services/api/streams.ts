// Streams of events on routes of the services: opened with a bound for each person, ended when the reader goes or the
// server stops. Knows nothing of what is sent.

import type { FastifyReply, FastifyRequest } from "fastify";
import { type TSchema, Type } from "typebox";
import { reasonOf } from "../../base/errors.ts";
import { type StreamEvent, sendEvents } from "../../gateway/api/v2/event-stream.ts";
import { REFUSED } from "../../gateway/api/v2/operations.ts";
import { problemOf } from "../../gateway/api/v2/problem.ts";
import type { TypedServer } from "../../gateway/api/v2/type-provider.ts";
import type { Right, SignedIn } from "../desk/types.ts";
import { fail } from "./errors.ts";
import type { MayStill } from "./may-still.ts";

/** Streams that one person may have open on a server: several pages, each with its logs and events. */
const STREAMS_EACH = 64;

/** Who listens is asked for again so often: sessions end, tokens are taken away, people leave groups. */
const AGAIN_MS = 15_000;

/** What a stream is of, and what its reader must be allowed. */
export interface Reading {
  readonly request: FastifyRequest;
  readonly who: SignedIn;
  /** Of the stack in the path; undefined: it is about no stack in particular. */
  readonly right?: Right | undefined;
}

/** Ends all streams of an application with it, and those of people who may no longer read them; and counts them. */
export interface Streams {
  /** Counts one more for a person until it is left; the signal comes when it must end. @throws E_SERVICES_STREAMS */
  enter(reading: Reading): { readonly ending: AbortSignal; leave(): void };
  /**
   * Asks for the events, and when that is not refused, takes the connection over and sends them; what fails from then on
   * becomes an event `problem`. The signal comes when the reader goes or the server ends.
   */
  open(
    reading: Reading,
    reply: FastifyReply,
    events: (signal: AbortSignal) => Promise<AsyncIterable<StreamEvent>>,
  ): Promise<void>;
}

export function openStreams(app: TypedServer, mayStill: MayStill, againMs = AGAIN_MS): Streams {
  const open = new Map<number, number>();
  const server = new AbortController();
  // Before the server waits for open requests: these would stay open.
  app.addHook("preClose", async () => server.abort());
  const enter: Streams["enter"] = (reading) => {
    const { uid } = reading.who;
    const mine = open.get(uid) ?? 0;
    if (mine >= STREAMS_EACH) throw fail("E_SERVICES_STREAMS", { limit: STREAMS_EACH });
    open.set(uid, mine + 1);
    const refused = new AbortController();
    const look = () =>
      mayStill(reading).then(
        (may) => may || refused.abort(),
        (error: unknown) => app.log.warn(`who reads a stream could not be asked for: ${reasonOf(error)}`),
      );
    const timer = setInterval(() => void look(), againMs).unref();
    return {
      ending: AbortSignal.any([refused.signal, server.signal]),
      leave() {
        clearInterval(timer);
        const left = (open.get(uid) ?? 1) - 1;
        if (left > 0) open.set(uid, left);
        else open.delete(uid);
      },
    };
  };
  return {
    enter,
    async open(reading, reply, events) {
      const { ending, leave } = enter(reading);
      const { request } = reading;
      const gone = new AbortController();
      reply.raw.once("close", () => gone.abort());
      // Whoever went before that is not told again.
      if (reply.raw.closed) gone.abort();
      try {
        const signal = AbortSignal.any([gone.signal, ending]);
        const asked = await events(signal);
        reply.hijack();
        await sendEvents(reply.raw, withProblem(asked, signal), signal).catch((error: unknown) =>
          request.log.error({ err: error, reason: reasonOf(error) }, "a stream of events failed"),
        );
      } finally {
        gone.abort();
        leave();
      }
    },
  };
}

async function* withProblem(events: AsyncIterable<StreamEvent>, signal: AbortSignal): AsyncGenerator<StreamEvent> {
  try {
    yield* events;
  } catch (error) {
    if (!signal.aborted) yield { event: "problem", data: problemOf(error) };
  }
}

/** The schema of a route that answers with events. */
export function streaming<const T extends { readonly params?: TSchema; readonly querystring?: TSchema }>(
  operationId: string,
  summary: string,
  takes: T,
  what: string,
) {
  const answer = { description: what, content: { "text/event-stream": { schema: Type.String() } } };
  return { operationId, summary, ...takes, response: { 200: answer, default: REFUSED } } as const;
}
