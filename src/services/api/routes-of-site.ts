// What belongs to the site as a whole: routes, ports, quotas, the audit log, the rules; and webhooks that deploy.

import { Type } from "typebox";
import { answering, doing } from "../../gateway/api/v2/operations.ts";
import type { TypedServer } from "../../gateway/api/v2/type-provider.ts";
import { person, type ServicesApiParts } from "./parts.ts";
import { STACK_PATH } from "./routes-of-stacks.ts";
import { RuleList } from "./schemas/rule.ts";
import * as schemas from "./schemas/site.ts";
import { ID, line, PAGING, ref, STACK, word } from "./schemas/words.ts";

const AUDIT_QUERY = Type.Object(
  {
    who: Type.Optional(line(256, "Only of this account.")),
    object: Type.Optional(line(512, "Only with this: `stack/rover`.")),
    action: Type.Optional(line(64, "Only this: `stack.upgrade`.")),
    ...PAGING,
  },
  { additionalProperties: false },
);
const QUOTA_PATH = Type.Object({
  kind: word(["user", "group"], "Whose limits."),
  subject: Type.String({ minLength: 1, maxLength: 256, description: "Name of the person or group." }),
});
const WEBHOOK_PATH = Type.Object({ stack: STACK, id: ID });

export function siteRoutes(app: TypedServer, parts: ServicesApiParts): void {
  const { site } = parts.desk;

  app.get(
    "/routes",
    {
      schema: answering(
        "listRoutes",
        "Ways from the proxy to services that you may know of",
        {},
        ref(schemas.RouteList),
      ),
    },
    async (request) => ({ items: await site.routes(await person(parts, request)) }),
  );
  app.get(
    "/ports",
    { schema: answering("listPorts", "Ports of the host: those in use, and what is free", {}, ref(schemas.PortList)) },
    async (request) => site.ports(await person(parts, request)),
  );
  app.get(
    "/policy/rules",
    { schema: answering("listRules", "The rules of the site", {}, ref(RuleList)) },
    async (request) => site.rules(await person(parts, request)),
  );
  app.get(
    "/service-audit",
    {
      schema: answering(
        "listServiceAudit",
        "What you did, the newest first; operators: what everybody did",
        { querystring: AUDIT_QUERY },
        ref(schemas.AuditPage),
      ),
    },
    async (request) =>
      site.audit(await person(parts, request), { ...request.query, limit: request.query.limit ?? 100 }),
  );
}

export function quotaRoutes(app: TypedServer, parts: ServicesApiParts): void {
  const { site } = parts.desk;

  app.get(
    "/service-quotas",
    {
      schema: answering(
        "listServiceQuotas",
        "Your quotas and those of your groups; operators all",
        {},
        ref(schemas.ServiceQuotaList),
      ),
    },
    async (request) => ({ items: await site.quotas(await person(parts, request)) }),
  );
  app.put(
    "/service-quotas/:kind/:subject",
    {
      schema: answering(
        "setServiceQuota",
        "Gives a person or a group limits of its own (operators)",
        { params: QUOTA_PATH, body: ref(schemas.Amounts) },
        ref(schemas.ServiceQuota),
      ),
    },
    async (request) => {
      const { kind, subject: name } = request.params;
      return site.setQuota(await person(parts, request), { kind, name }, request.body);
    },
  );
  app.delete(
    "/service-quotas/:kind/:subject",
    {
      schema: answering(
        "clearServiceQuota",
        "Lets the site's limits count again for a person or a group (operators)",
        { params: QUOTA_PATH },
        ref(schemas.ServiceQuota),
      ),
    },
    async (request) => {
      const { kind, subject: name } = request.params;
      return site.setQuota(await person(parts, request), { kind, name }, undefined);
    },
  );
}

export function webhookRoutes(app: TypedServer, parts: ServicesApiParts): void {
  const { site } = parts.desk;

  app.get(
    "/stacks/:stack/webhooks",
    { schema: answering("listWebhooks", "Webhooks of a stack", { params: STACK_PATH }, ref(schemas.WebhookList)) },
    async (request) => ({ items: await site.webhooks(await person(parts, request), request.params.stack) }),
  );
  app.post(
    "/stacks/:stack/webhooks",
    {
      schema: answering(
        "makeWebhook",
        "Makes a webhook that upgrades",
        { params: STACK_PATH, body: ref(schemas.WebhookWish) },
        ref(schemas.NewWebhook),
      ),
    },
    async (request, reply) => {
      // Holds a key: nothing on the way may keep it.
      reply.header("cache-control", "no-store");
      const { stack } = request.params;
      const { webhook, key } = await site.makeWebhook(await person(parts, request), stack, request.body);
      return { webhook, key, url: `/v2/webhooks/${webhook.id}` };
    },
  );
  app.delete(
    "/stacks/:stack/webhooks/:id",
    { schema: doing("removeWebhook", "Ends a webhook", { params: WEBHOOK_PATH }) },
    async (request, reply) => {
      const { stack, id } = request.params;
      await site.removeWebhook(await person(parts, request), stack, id);
      return reply.code(204).send();
    },
  );
}
