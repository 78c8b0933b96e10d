// What concerns the site and its people: systems, who you are, quotas, events, audit, collecting what nobody needs.

import { Type } from "typebox";
import type { EventFilter, QuotaSubject } from "../../types.ts";
import { somebody } from "../ask.ts";
import { numberOf } from "./lists.ts";
import { answering, doing } from "./operations.ts";
import type { V2Parts } from "./parts.ts";
import { SYSTEM } from "./schemas/image.ts";
import { line, PAGING, ref } from "./schemas/shared.ts";
import * as site from "./schemas/site.ts";
import type { TypedServer } from "./type-provider.ts";

const EVENT_QUERY = Type.Object({ system: Type.Optional(SYSTEM), ...PAGING }, { additionalProperties: false });
const SYSTEM_QUERY = Type.Object({ system: Type.Optional(SYSTEM) }, { additionalProperties: false });

const QUOTA_PARAMS = Type.Object({
  kind: site.QUOTA_KIND,
  subject: line(100, "A name, an id, or `everybody` for those without a quota of their own."),
});

export function systemRoutes(app: TypedServer, parts: V2Parts): void {
  const { desk, authenticate, config } = parts;

  app.get(
    "/systems",
    { schema: answering("listSystems", "The systems of the site", {}, ref(site.SystemList)) },
    async () => {
      const { systems, defaultSystem } = config();
      const all = [...systems.values()];
      return {
        items: all.map((system) => ({ ...system, default: system.name === defaultSystem || all.length === 1 })),
      };
    },
  );
  app.post(
    "/systems/:system/gc",
    {
      schema: answering(
        "collectGarbage",
        "Removes what is overdue and what nothing refers to; admins",
        { params: Type.Object({ system: SYSTEM }), body: ref(site.CollectWish) },
        ref(site.Collected),
      ),
    },
    async (request) => {
      const { system } = request.params;
      return desk.collect(await somebody(authenticate, request, system), system, request.body.dryRun);
    },
  );
  app.get(
    "/whoami",
    { schema: answering("whoAmI", "Who the gateway takes you for", { querystring: SYSTEM_QUERY }, ref(site.Person)) },
    async (request) => {
      const who = await somebody(authenticate, request, request.query.system);
      const { uid, gid, user, group, via, scopes } = who;
      return { uid, gid, user, group, via, scopes, registries: [...who.registries.keys()], groups: await who.groups() };
    },
  );
}

export function quotaRoutes(app: TypedServer, { desk, authenticate, directory }: V2Parts): void {
  const subjectOf = async (params: {
    readonly kind: "user" | "group";
    readonly subject: string;
  }): Promise<QuotaSubject> => {
    const { kind, subject } = params;
    return { kind, number: subject === "everybody" ? -1 : await numberOf(directory, kind, subject) };
  };

  app.get(
    "/quota",
    { schema: answering("showOwnQuota", "Your quota, and what you have", {}, ref(site.Quota)) },
    async (request) => desk.quota(await somebody(authenticate, request, undefined), undefined),
  );
  app.get(
    "/quota/:kind/:subject",
    { schema: answering("showQuota", "Somebody's quota; admins", { params: QUOTA_PARAMS }, ref(site.Quota)) },
    async (request) => {
      const who = await somebody(authenticate, request, undefined);
      return desk.quota(who, await subjectOf(request.params));
    },
  );
  app.put(
    "/quota/:kind/:subject",
    {
      schema: doing("setQuota", "Changes somebody's quota; admins", {
        params: QUOTA_PARAMS,
        body: ref(site.QuotaLimits),
      }),
    },
    async (request, reply) => {
      const who = await somebody(authenticate, request, undefined);
      await desk.setQuota(who, await subjectOf(request.params), request.body);
      return reply.code(204).send();
    },
  );
}

export function eventRoutes(app: TypedServer, { desk, authenticate }: V2Parts): void {
  const takes = { querystring: EVENT_QUERY };
  const route = (path: string, operation: string, summary: string, filter: EventFilter) =>
    app.get(path, { schema: answering(operation, summary, takes, ref(site.EventPage)) }, async (request) => {
      const { system } = request.query;
      return desk.events(await somebody(authenticate, request, system), { ...request.query, ...filter });
    });
  route("/events", "listEvents", "What happened to images that you may know of, newest first", {});
  route("/audit", "listAudit", "Everything that happened, refusals too, newest first; admins", { audit: true });
}
