// What belongs to the site as a whole, at the desk: everybody sees what is his, operators all. And webhooks, which do in
// somebody's name what he could do himself at that moment.

import { audited } from "./audit.ts";
import { fail } from "./errors.ts";
import { type DeskParts, offered } from "./parts.ts";
import { hasRole } from "./rights.ts";
import { allowedStack, eyesOf, personOf, serviceOf } from "./stack-desk.ts";
import type { SignedIn, SiteDesk } from "./types.ts";

/** Stacks whose routes and ports somebody sees at most. */
const STACKS_AT_MOST = 1000;

/** The desk's part about the site. */
export function siteDesk(parts: DeskParts): SiteDesk {
  return { ...lists(parts), ...webhooks(parts) };
}

function lists(parts: DeskParts): Pick<SiteDesk, "routes" | "ports" | "quotas" | "setQuota" | "audit" | "rules"> {
  return {
    async routes(who) {
      const routes = await offered(parts.routes, "routes")();
      const seen = await seenStacks(parts, who);
      return routes.filter(({ stack }) => seen(stack));
    },
    async ports(who) {
      const { items, classes } = await offered(parts.ports, "ports of the host")();
      const seen = await seenStacks(parts, who);
      return { classes, items: items.filter(({ stack }) => seen(stack)) };
    },
    quotas: (who) => offered(parts.quotas, "quotas")(hasRole(who, "operator", "admin") ? "all" : who),
    setQuota: (who, { kind, name }, limits) =>
      audited(
        parts.audit,
        { who, action: "quota.set", object: `${kind}/${name}`, detail: JSON.stringify(limits) },
        async () => {
          if (!hasRole(who, "operator", "admin")) throw fail("E_DESK_STAFF", { what: "set quotas" });
          return offered(parts.setQuota, "quotas")({ kind, name }, limits, who.user);
        },
      ),
    audit(who, filter) {
      const list = offered(parts.audit.list, "its audit log");
      return list(hasRole(who, "operator", "admin") ? filter : { ...filter, who: who.user });
    },
    rules: async () => offered(parts.rules, "rules")(),
  };
}

async function seenStacks({ stacks }: DeskParts, who: SignedIn): Promise<(stack: string) => boolean> {
  const eyes = eyesOf(who);
  if (eyes === undefined) return () => true;
  const { items } = await stacks.list({ eyes }, { limit: STACKS_AT_MOST });
  const names = new Set(items.map(({ name }) => name));
  return (stack) => names.has(stack);
}

function webhooks(parts: DeskParts): Pick<SiteDesk, "webhooks" | "makeWebhook" | "removeWebhook" | "called"> {
  const records = () => offered(parts.webhooks, "webhooks");
  const { audit, stacks } = parts;
  return {
    async webhooks(who, stack) {
      await allowedStack(parts, who, stack, "operate", "see its webhooks");
      return records().list(stack);
    },
    makeWebhook: (who, stack, { service, description }) =>
      audited(audit, { who, action: "webhook.create", object: `stack/${stack}` }, async () => {
        const found = await allowedStack(parts, who, stack, "operate", "make webhooks for it");
        if (service !== undefined) serviceOf(found, service);
        return records().make({ stack, service, description, by: personOf(who) });
      }),
    removeWebhook: (who, stack, id) =>
      audited(audit, { who, action: "webhook.remove", object: `stack/${stack}`, detail: id }, async () => {
        await allowedStack(parts, who, stack, "operate", "remove its webhooks");
        await records().remove(stack, id);
      }),
    async called(call) {
      const webhook = await records().checked(call);
      const who = await parts.personOf?.(webhook.uid, webhook.by, call.address);
      // Whoever made it is gone: it can do nothing any more.
      if (!who) throw fail("E_DESK_WEBHOOK");
      const deed = { who, action: "webhook.call", object: `stack/${webhook.stack}`, detail: webhook.id };
      return audited(audit, deed, async () => {
        await allowedStack(parts, who, webhook.stack, "operate", "upgrade it");
        const services = webhook.service === undefined ? undefined : [webhook.service];
        return stacks.upgrade(webhook.stack, { services }, personOf(who));
      });
    },
  };
}
