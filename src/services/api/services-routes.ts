// The services' own API under `/v2/`, beside the gateway's: schemas, problem documents, server-sent events, and a document
// of its own at `/v2/services/openapi.json`, from which the client is generated.

import type { FastifyPluginAsync } from "fastify";
import { readJsonBodies } from "../../gateway/api/v2/bodies.ts";
import { checkerOf } from "../../gateway/api/v2/checking.ts";
import { describeRoutes, documentRoute } from "../../gateway/api/v2/document.ts";
import type { SchemaTypes, TypedServer } from "../../gateway/api/v2/type-provider.ts";
import { sendServicesProblem } from "./forbidden.ts";
import { mayStill } from "./may-still.ts";
import type { ServicesApiParts } from "./parts.ts";
import { deploymentRoutes, operationRoutes } from "./routes-of-deployments.ts";
import { execRoutes } from "./routes-of-exec.ts";
import { eventRoutes, logRoutes } from "./routes-of-live.ts";
import { serviceDeployments, serviceOperations, stackOperations } from "./routes-of-operations.ts";
import { secretRoutes } from "./routes-of-secrets.ts";
import { sessionRoutes } from "./routes-of-session.ts";
import { quotaRoutes, siteRoutes, webhookRoutes } from "./routes-of-site.ts";
import { exportRoutes, recipeRoutes, stackRoutes } from "./routes-of-stacks.ts";
import { useRoutes } from "./routes-of-use.ts";
import { NAMED } from "./schemas/all.ts";
import { openStreams, type Streams } from "./streams.ts";
import { webhookCalls } from "./webhook-call.ts";

/** Bytes of a request: compose files with what they name. */
const BODY_LIMIT = 5 * 1024 * 1024;

const ABOUT = {
  title: "berth services",
  description: `The services of a site: stacks, secrets, routes. Times are seconds since 1970, sizes bytes, durations milliseconds.
Refusals are problem documents with a code and, mostly, a hint. Shells are opened by a WebSocket at
/v2/stacks/{stack}/services/{service}/exec, see docs/services-api.md.`,
};

/** The routes of the services. */
export function servicesRoutes(parts: ServicesApiParts): FastifyPluginAsync {
  return async (app) => {
    await app.register(
      async (v2) => {
        await describeRoutes(v2, ABOUT);
        for (const schema of NAMED) v2.addSchema(schema);
        readJsonBodies(v2, BODY_LIMIT);
        v2.setValidatorCompiler(checkerOf(NAMED));
        // Answers are for whoever asked, and none of them is a page.
        v2.addHook("onSend", async (_request, reply) => {
          if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
          reply.header("x-content-type-options", "nosniff");
        });
        v2.setErrorHandler((error, request, reply) => sendServicesProblem(error, request, reply));
        const typed = v2.withTypeProvider<SchemaTypes>();
        const streams = openStreams(typed, mayStill(parts), parts.askAgainMs);
        for (const add of ROUTES) add(typed, parts, streams);
        await v2.register(webhookCalls(parts));
        documentRoute(v2, "/services/openapi.json");
      },
      { prefix: "/v2" },
    );
  };
}

const ROUTES: readonly ((app: TypedServer, parts: ServicesApiParts, streams: Streams) => void)[] = [
  sessionRoutes,
  stackRoutes,
  recipeRoutes,
  exportRoutes,
  stackOperations,
  serviceDeployments,
  serviceOperations,
  deploymentRoutes,
  operationRoutes,
  logRoutes,
  eventRoutes,
  execRoutes,
  useRoutes,
  secretRoutes,
  siteRoutes,
  quotaRoutes,
  webhookRoutes,
];
