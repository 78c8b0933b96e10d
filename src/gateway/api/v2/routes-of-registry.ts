// The management side of the site's own registry: teams, namespaces, repositories. Its office knows who may.

import { Type } from "typebox";
import type { Office } from "../../registry/office.ts";
import { fail } from "../errors.ts";
import { answering, doing } from "./operations.ts";
import type { V2Parts } from "./parts.ts";
import * as registry from "./schemas/registry.ts";
import { line, PAGING, ref } from "./schemas/shared.ts";
import type { TypedServer } from "./type-provider.ts";

const TEAM = { params: Type.Object({ team: line(200, "The team's name.") }) };
// The rest of the path: names have slashes.
const NAME = { params: Type.Object({ "*": line(200, "The name, encoded or with its slashes.") }) };
const PAGE = { querystring: Type.Object(PAGING, { additionalProperties: false }) };

export function teamRoutes(app: TypedServer, parts: V2Parts): void {
  const { authenticate } = parts;
  const office = () => officeOf(parts);

  app.get(
    "/teams",
    { schema: answering("listTeams", "All teams of the site's registry", {}, ref(registry.TeamList)) },
    async (request) => {
      const teams = await office().teams(await authenticate(request, undefined));
      return { items: teams.map(({ members, ...team }) => ({ ...team, members: Object.fromEntries(members) })) };
    },
  );
  app.put(
    "/teams/:team",
    {
      schema: doing("saveTeam", "Makes or changes a team; admins, and its own for its members", {
        ...TEAM,
        body: ref(registry.TeamWish),
      }),
    },
    async (request, reply) => {
      const { group, members } = request.body;
      const team = { name: request.params.team, group, members: new Map(Object.entries(members)) };
      await office().saveTeam(await authenticate(request, undefined), team);
      return reply.code(204).send();
    },
  );
  app.delete(
    "/teams/:team",
    { schema: doing("removeTeam", "Removes a team that owns nothing; admins", TEAM) },
    async (request, reply) => {
      await office().removeTeam(await authenticate(request, undefined), request.params.team);
      return reply.code(204).send();
    },
  );
}

export function namespaceRoutes(app: TypedServer, parts: V2Parts): void {
  const { authenticate } = parts;
  const office = () => officeOf(parts);

  app.get(
    "/namespaces",
    { schema: answering("listNamespaces", "Namespaces that you may view", {}, ref(registry.NamespaceList)) },
    async (request) => ({ items: await office().namespaces(await authenticate(request, undefined)) }),
  );
  app.put(
    "/namespaces/*",
    {
      schema: doing("saveNamespace", "Makes or changes a namespace; admins, and its owners but for the owner", {
        ...NAME,
        body: ref(registry.NamespaceWish),
      }),
    },
    async (request, reply) => {
      const { team, grants, tagRules } = request.body;
      const namespace = { name: request.params["*"], team, grants, tagRules };
      await office().saveNamespace(await authenticate(request, undefined), namespace);
      return reply.code(204).send();
    },
  );
  app.delete(
    "/namespaces/*",
    { schema: doing("removeNamespace", "Forgets what was said of a namespace; admins", NAME) },
    async (request, reply) => {
      await office().removeNamespace(await authenticate(request, undefined), request.params["*"]);
      return reply.code(204).send();
    },
  );
}

export function repositoryRoutes(app: TypedServer, parts: V2Parts): void {
  const { authenticate } = parts;

  app.get(
    "/repositories",
    {
      schema: answering(
        "listRepositories",
        "Repositories of the site's registry that you may view",
        PAGE,
        ref(registry.RepositoryPage),
      ),
    },
    async (request) => {
      const { after, limit = 100 } = request.query;
      return officeOf(parts).repositories(await authenticate(request, undefined), after, limit);
    },
  );
  app.get(
    "/repositories/*",
    { schema: answering("showRepository", "One of them with its tags", NAME, ref(registry.RepositoryWithTags)) },
    async (request) => officeOf(parts).repository(await authenticate(request, undefined), request.params["*"]),
  );
}

function officeOf({ registry: office }: V2Parts): Office {
  if (office === undefined) throw fail("E_API_NO_REGISTRY");
  return office;
}
