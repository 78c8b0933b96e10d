// Our own API under `/v2/`: everything that the gateway can, with schemas, pages, problem documents and live progress. It
// shares the prefix with the registry protocol; its fixed paths win over that one's names of repositories.

import type { FastifyPluginAsync } from "fastify";
import { readJsonBodies } from "./bodies.ts";
import { checkerOf } from "./checking.ts";
import { describeRoutes, documentRoute } from "./document.ts";
import type { V2Parts } from "./parts.ts";
import { sendProblem } from "./problem.ts";
import { custodyRoutes } from "./routes-of-custody.ts";
import { changeRoutes, imageRoutes } from "./routes-of-images.ts";
import { progressRoutes } from "./routes-of-progress.ts";
import { pullRoutes, wishRoutes } from "./routes-of-pulls.ts";
import { namespaceRoutes, repositoryRoutes, teamRoutes } from "./routes-of-registry.ts";
import { eventRoutes, quotaRoutes, systemRoutes } from "./routes-of-site.ts";
import { tokenRoutes } from "./routes-of-tokens.ts";
import { NAMED } from "./schemas/all.ts";
import type { SchemaTypes } from "./type-provider.ts";

/** The routes under `/v2/` that are not the registry protocol's. */
export function v2Routes(parts: V2Parts): FastifyPluginAsync {
  return async (app) => {
    await app.register(
      async (v2) => {
        await describeRoutes(v2);
        for (const schema of NAMED) v2.addSchema(schema);
        readJsonBodies(v2);
        v2.setValidatorCompiler(checkerOf(NAMED));
        v2.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
        const typed = v2.withTypeProvider<SchemaTypes>();
        for (const add of ROUTES) add(typed, parts);
        documentRoute(v2);
      },
      { prefix: "/v2" },
    );
  };
}

const ROUTES = [
  imageRoutes,
  changeRoutes,
  custodyRoutes,
  wishRoutes,
  pullRoutes,
  progressRoutes,
  systemRoutes,
  quotaRoutes,
  eventRoutes,
  tokenRoutes,
  teamRoutes,
  namespaceRoutes,
  repositoryRoutes,
];
