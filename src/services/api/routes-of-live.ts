// What is seen of stacks while they run: logs, events, use, consumption; once, or as it happens.

import type { FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { StreamEvent } from "../../gateway/api/v2/event-stream.ts";
import { answering } from "../../gateway/api/v2/operations.ts";
import type { TypedServer } from "../../gateway/api/v2/type-provider.ts";
import type { LogWish, StackLogLine } from "../desk/types.ts";
import type { StackEvent } from "../types.ts";
import { person, type ServicesApiParts } from "./parts.ts";
import { STACK_PATH } from "./routes-of-stacks.ts";
import * as schemas from "./schemas/live.ts";
import { line, PAGING, ref, SERVICE, STACK, word } from "./schemas/words.ts";
import { type Streams, streaming } from "./streams.ts";

/** Lines that one answer has at most. */
const LINES = 10_000;

const LOG_FIELDS = {
  service: Type.Optional(SERVICE),
  slot: Type.Optional(Type.Integer({ minimum: 1, description: "Only this replica." })),
  since: Type.Optional(Type.Number({ minimum: 0, description: "Not before; seconds since 1970." })),
  tail: Type.Optional(Type.Integer({ minimum: 0, maximum: LINES, description: "The last so many of each container." })),
  stream: Type.Optional(word(["stdout", "stderr"], "Only this output.")),
};
const LOG_QUERY = Type.Object(
  { ...LOG_FIELDS, until: Type.Optional(Type.Number({ minimum: 0, description: "Not after." })) },
  { additionalProperties: false },
);
const FOLLOW_QUERY = Type.Object(LOG_FIELDS, { additionalProperties: false });
const SEARCH_QUERY = Type.Object(
  {
    text: line(256, "What the lines contain; letter case does not matter."),
    stack: Type.Optional(STACK),
    service: Type.Optional(SERVICE),
    since: Type.Optional(Type.Number({ minimum: 0, description: "Not before; seconds since 1970." })),
    until: Type.Optional(Type.Number({ minimum: 0, description: "Not after." })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LINES, default: 1000, description: "Lines at most." })),
  },
  { additionalProperties: false },
);
const EVENTS_QUERY = Type.Object(PAGING, { additionalProperties: false });
const AFTER_QUERY = Type.Object(
  { after: Type.Optional(Type.Integer({ minimum: 0, description: "Id of the last event that you know." })) },
  { additionalProperties: false },
);

export function logRoutes(app: TypedServer, parts: ServicesApiParts, streams: Streams): void {
  const { live } = parts.desk;

  app.get(
    "/stacks/:stack/logs",
    {
      schema: answering(
        "readLogs",
        "Lines of logs of a stack",
        { params: STACK_PATH, querystring: LOG_QUERY },
        ref(schemas.LogList),
      ),
    },
    async (request, reply) => {
      const signal = goneSignal(reply);
      const who = await person(parts, request);
      const { until, ...query } = request.query;
      const lines = await live.logs(who, request.params.stack, { ...logWish(query), until }, signal);
      return atMost(lines, LINES);
    },
  );
  app.get(
    "/stacks/:stack/logs/follow",
    {
      schema: streaming(
        "followLogs",
        "Lines of logs of a stack as they come (`line`)",
        { params: STACK_PATH, querystring: FOLLOW_QUERY },
        "Server-sent events; the data of `line` is a LogLine, of `problem` a Problem.",
      ),
      exposeHeadRoute: false,
    },
    async (request, reply) => {
      const who = await person(parts, request);
      const { stack } = request.params;
      const wish = { ...logWish(request.query), follow: true };
      await streams.open({ request, who, right: "operate" }, reply, async (signal) =>
        eventsOf(await live.logs(who, stack, wish, signal)),
      );
    },
  );
  app.get(
    "/logs",
    {
      schema: answering(
        "searchLogs",
        "Lines of logs with a text in them, of stacks whose logs you may read",
        { querystring: SEARCH_QUERY },
        ref(schemas.LogList),
      ),
    },
    async (request) =>
      live.search(await person(parts, request), { ...request.query, limit: request.query.limit ?? 1000 }),
  );
}

export function eventRoutes(app: TypedServer, parts: ServicesApiParts, streams: Streams): void {
  const { live } = parts.desk;

  app.get(
    "/stacks/:stack/events",
    {
      schema: answering(
        "listStackEvents",
        "What happened to a stack, the newest first",
        { params: STACK_PATH, querystring: EVENTS_QUERY },
        ref(schemas.StackEventPage),
      ),
    },
    async (request) => {
      const { limit = 100, after } = request.query;
      const who = await person(parts, request);
      return live.events(who, { stack: request.params.stack, limit, after });
    },
  );
  app.get(
    "/stacks/:stack/events/follow",
    {
      schema: streaming(
        "followStackEvents",
        "What happens to a stack (`event`); with the header `last-event-id`, what was missed first",
        { params: STACK_PATH, querystring: AFTER_QUERY },
        "Server-sent events; the data of `event` is a StackEvent, of `problem` a Problem.",
      ),
      exposeHeadRoute: false,
    },
    async (request, reply) => follow(request, reply, { stack: request.params.stack, after: request.query.after }),
  );
  app.get(
    "/service-events",
    {
      schema: streaming(
        "followEvents",
        "What happens to all stacks that you may know of (`event`); with the header `last-event-id`, what was missed first",
        { querystring: AFTER_QUERY },
        "Server-sent events; the data of `event` is a StackEvent, of `problem` a Problem.",
      ),
      exposeHeadRoute: false,
    },
    async (request, reply) => follow(request, reply, { after: request.query.after }),
  );

  async function follow(
    request: FastifyRequest,
    reply: Parameters<Streams["open"]>[1],
    wish: { readonly stack?: string; readonly after?: number | undefined },
  ): Promise<void> {
    const who = await person(parts, request);
    const after = lastSeen(request) ?? wish.after;
    const right = wish.stack === undefined ? undefined : "see";
    await streams.open({ request, who, right }, reply, async (signal) =>
      messages(await live.followEvents(who, { ...wish, after }, signal)),
    );
  }
}

function logWish({ stream, ...wish }: Static<typeof FOLLOW_QUERY>): LogWish {
  return { ...wish, streams: stream === undefined ? undefined : [stream] };
}

async function* eventsOf(lines: AsyncIterable<StackLogLine>): AsyncGenerator<StreamEvent> {
  for await (const data of lines) yield { event: "line", data };
}

async function* messages(events: AsyncIterable<StackEvent>): AsyncGenerator<StreamEvent> {
  for await (const data of events) yield { event: "event", data, id: data.id };
}

async function atMost(lines: AsyncIterable<StackLogLine>, limit: number) {
  const items: StackLogLine[] = [];
  for await (const one of lines) {
    if (items.length >= limit) return { items, cut: true };
    items.push(one);
  }
  return { items, cut: false };
}

// A browser that connects again says by itself what it saw last.
function lastSeen({ headers }: FastifyRequest): number | undefined {
  const sent = headers["last-event-id"];
  return typeof sent === "string" && /^\d{1,15}$/.test(sent) ? Number(sent) : undefined;
}

/** Aborts when whoever asked is gone, or has the answer. */
function goneSignal({ raw }: Parameters<Streams["open"]>[1]): AbortSignal {
  const gone = new AbortController();
  // Not the connection's: many requests come over one.
  raw.once("close", () => gone.abort());
  return gone.signal;
}
