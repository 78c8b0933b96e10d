// Deployments, the history of a stack; and operations, with one that is under way followed live.

import { Type } from "typebox";
import type { StreamEvent } from "../../gateway/api/v2/event-stream.ts";
import { answering } from "../../gateway/api/v2/operations.ts";
import type { TypedServer } from "../../gateway/api/v2/type-provider.ts";
import type { Advance } from "../stacks/types.ts";
import { person, type ServicesApiParts } from "./parts.ts";
import { STACK_PATH } from "./routes-of-stacks.ts";
import * as schemas from "./schemas/deployment.ts";
import { ID, PAGING, ref, STACK } from "./schemas/words.ts";
import { shownAdvance, shownDeployment, shownOperation } from "./show.ts";
import { type Streams, streaming } from "./streams.ts";

const ONE_PATH = Type.Object({ stack: STACK, id: ID });
const PAGE_QUERY = Type.Object(PAGING, { additionalProperties: false });
const takes = { params: STACK_PATH, querystring: PAGE_QUERY };
const one = { params: ONE_PATH };

export function deploymentRoutes(app: TypedServer, parts: ServicesApiParts): void {
  const { stacks } = parts.desk;

  app.get(
    "/stacks/:stack/deployments",
    {
      schema: answering(
        "listDeployments",
        "The history of a stack, the newest first",
        takes,
        ref(schemas.DeploymentPage),
      ),
    },
    async (request) => {
      const { limit = 100, after } = request.query;
      const page = await stacks.deployments(await person(parts, request), request.params.stack, { limit, after });
      return { ...page, items: page.items.map(shownDeployment) };
    },
  );
  app.get(
    "/stacks/:stack/deployments/:id",
    { schema: answering("showDeployment", "One deployment", one, ref(schemas.Deployment)) },
    async (request) => {
      const { stack, id } = request.params;
      return shownDeployment(await stacks.deployment(await person(parts, request), stack, id));
    },
  );
}

export function operationRoutes(app: TypedServer, parts: ServicesApiParts, streams: Streams): void {
  const { stacks } = parts.desk;

  app.get(
    "/stacks/:stack/operations",
    {
      schema: answering(
        "listOperations",
        "What was and is done to a stack, the newest first",
        takes,
        ref(schemas.OperationPage),
      ),
    },
    async (request) => {
      const { limit = 100, after } = request.query;
      const page = await stacks.operations(await person(parts, request), request.params.stack, { limit, after });
      return { ...page, items: page.items.map(shownOperation) };
    },
  );
  app.get(
    "/stacks/:stack/operations/:id",
    { schema: answering("showOperation", "One operation", one, ref(schemas.Operation)) },
    async (request) => {
      const { stack, id } = request.params;
      return shownOperation(await stacks.operation(await person(parts, request), stack, id));
    },
  );
  const schema = streaming(
    "followOperation",
    "How an operation or deployment goes on, from its beginning: `phase`, `step`, at last `end`",
    one,
    "Server-sent events; their data is an Advance, that of `problem` a Problem.",
  );
  app.get("/stacks/:stack/operations/:id/follow", { schema, exposeHeadRoute: false }, async (request, reply) => {
    const who = await person(parts, request);
    const { stack, id } = request.params;
    // Without a right to the stack: its removal is followed to its end, too.
    await streams.open({ request, who }, reply, async (signal) => {
      // An operation that is not there is an ordinary refusal, not a stream.
      await stacks.operation(who, stack, id);
      return messages(stacks.follow(who, stack, id, signal));
    });
  });
}

async function* messages(news: AsyncIterable<Advance>): AsyncGenerator<StreamEvent> {
  for await (const advance of news) yield { event: advance.kind, data: shownAdvance(advance) };
}
