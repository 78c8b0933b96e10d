// The management side of the site's registry in our own API: `/v2/teams`, `/v2/namespaces`, `/v2/repositories`. Calls
// the office and nothing behind it.

import type { FastifyPluginAsync } from "fastify";
import type { Authenticate } from "../api/ask.ts";
import { checker } from "../api/v2/checking.ts";
import { sendProblem } from "../api/v2/problem.ts";
import type { SchemaTypes, TypedServer } from "../api/v2/type-provider.ts";
import { NameInPath, NamespaceBody, Paging, TeamBody, TeamParams } from "./api-schemas.ts";
import type { Namespace, Team } from "./book.ts";
import type { Office } from "./office.ts";

/** What the routes need. */
export interface RegistryApiParts {
  readonly office: Office;
  readonly authenticate: Authenticate;
}

/** The routes, as a plugin of their own. */
export function registryApi(parts: RegistryApiParts): FastifyPluginAsync {
  return async (app) => {
    await app.register(
      async (v2) => {
        v2.setValidatorCompiler(({ schema, httpPart }) => checker(schema, httpPart));
        v2.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
        const typed = v2.withTypeProvider<SchemaTypes>();
        for (const add of [teamRoutes, namespaceRoutes, repositoryRoutes]) add(typed, parts);
      },
      { prefix: "/v2" },
    );
  };
}

function teamRoutes(app: TypedServer, { office, authenticate }: RegistryApiParts): void {
  app.get("/teams", async (request) => ({
    items: (await office.teams(await authenticate(request, undefined))).map(shownTeam),
  }));
  app.put("/teams/:team", { schema: { params: TeamParams, body: TeamBody } }, async (request, reply) => {
    const { group, members } = request.body;
    const team = { name: request.params.team, group, members: new Map(Object.entries(members)) };
    await office.saveTeam(await authenticate(request, undefined), team);
    return reply.code(204).send();
  });
  app.delete("/teams/:team", { schema: { params: TeamParams } }, async (request, reply) => {
    await office.removeTeam(await authenticate(request, undefined), request.params.team);
    return reply.code(204).send();
  });
}

function namespaceRoutes(app: TypedServer, { office, authenticate }: RegistryApiParts): void {
  app.get("/namespaces", async (request) => ({
    items: (await office.namespaces(await authenticate(request, undefined))).map(shownNamespace),
  }));
  app.put("/namespaces/*", { schema: { params: NameInPath, body: NamespaceBody } }, async (request, reply) => {
    const { team, grants, tagRules } = request.body;
    const namespace = { name: request.params["*"], team, grants, tagRules };
    await office.saveNamespace(await authenticate(request, undefined), namespace);
    return reply.code(204).send();
  });
  app.delete("/namespaces/*", { schema: { params: NameInPath } }, async (request, reply) => {
    await office.removeNamespace(await authenticate(request, undefined), request.params["*"]);
    return reply.code(204).send();
  });
}

function repositoryRoutes(app: TypedServer, { office, authenticate }: RegistryApiParts): void {
  app.get("/repositories", { schema: { querystring: Paging } }, async (request) => {
    const { after, limit = 100 } = request.query;
    return office.repositories(await authenticate(request, undefined), after, limit);
  });
  app.get("/repositories/*", { schema: { params: NameInPath } }, async (request) =>
    office.repository(await authenticate(request, undefined), request.params["*"]),
  );
}

function shownTeam({ name, group, members }: Team) {
  return { name, group, members: Object.fromEntries(members) };
}

function shownNamespace({ name, team, grants, tagRules }: Namespace) {
  return { name, team, grants, tagRules };
}
