// Use and consumption of services: who is active, when they slept, what they take.

import { Type } from "typebox";
import { answering } from "../../gateway/api/v2/operations.ts";
import type { TypedServer } from "../../gateway/api/v2/type-provider.ts";
import { person, type ServicesApiParts } from "./parts.ts";
import { SERVICE_PATH, STACK_PATH } from "./routes-of-stacks.ts";
import * as schemas from "./schemas/live.ts";
import { ref, STACK } from "./schemas/words.ts";

const ACTIVITY_QUERY = Type.Object({ stack: Type.Optional(STACK) }, { additionalProperties: false });
const SINCE_QUERY = Type.Object(
  {
    since: Type.Optional(Type.Number({ minimum: 0, description: "Not before; seconds since 1970; all unless said." })),
  },
  { additionalProperties: false },
);

export function useRoutes(app: TypedServer, parts: ServicesApiParts): void {
  const { live } = parts.desk;

  app.get(
    "/activity",
    {
      schema: answering(
        "listActivity",
        "The use of services that you may know of",
        { querystring: ACTIVITY_QUERY },
        ref(schemas.ActivityList),
      ),
    },
    async (request) => ({ items: await live.activity(await person(parts, request), request.query.stack) }),
  );
  app.get(
    "/stacks/:stack/services/:service/activity",
    {
      schema: answering(
        "showTimeline",
        "When a service was used, slept and woke",
        { params: SERVICE_PATH, querystring: SINCE_QUERY },
        ref(schemas.IdleTimeline),
      ),
    },
    async (request) => {
      const { stack, service } = request.params;
      const who = await person(parts, request);
      return { stack, service, spans: await live.timeline(who, stack, service, request.query.since ?? 0) };
    },
  );
  app.get(
    "/stacks/:stack/usage",
    {
      schema: answering(
        "showUsage",
        "What the services of a stack consumed",
        { params: STACK_PATH, querystring: SINCE_QUERY },
        ref(schemas.UsageList),
      ),
    },
    async (request) => {
      const who = await person(parts, request);
      return { items: await live.usage(who, request.params.stack, request.query.since ?? 0) };
    },
  );
}
