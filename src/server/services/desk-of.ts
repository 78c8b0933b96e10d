// The desk over the open rooms: each room's offer in the form that the desk asks for.

import type { Accounts } from "../../accounts/index.ts";
import { explainRules } from "../../policy/explain.ts";
import { classOfPort, formatRanges } from "../../policy/port-class.ts";
import type { DeskParts } from "../../services/desk/index.ts";
import { makeServicesDesk, type ServicesDesk } from "../../services/desk/index.ts";
import type { Amounts, PortClassInfo, PortUse, QuotaInfo, RouteInfo } from "../../services/desk/types.ts";
import type { Subject } from "../../services/quotas/quota-office.ts";
import type { ServicesConfig } from "../../site/services/services.ts";
import { forgiving } from "./forgiving.ts";
import type { House, HouseParts } from "./house.ts";
import type { UsageMeter } from "./usage.ts";

/** Makes the desk of one configuration. */
export function deskOf(
  house: House,
  { store, names }: Pick<HouseParts, "store" | "names">,
  {
    accounts,
    config,
    usage,
  }: { readonly accounts: Accounts; readonly config: ServicesConfig; readonly usage: UsageMeter },
): ServicesDesk {
  const { secrets, quotas, logs, idle, webhooks } = house;
  const stacks = forgiving(house.stacks, (stack) => idle.forgive(stack));
  const parts: DeskParts = {
    ...{ stacks, audit: accounts.audit, webhooks, now: store.now },
    secrets: {
      ...secrets,
      create: (secret, by) => secrets.create(secret, by, (trx) => quotas.checkSecret(trx, secret)),
    },
    rules: () => ({
      profile: config.policy.profile,
      items: explainRules(config.policy).map(({ id, object, title, severity, message, passes, fails }) => {
        return { rule: id, about: object, title, severity, message, good: passes[0], bad: fails[0] };
      }),
    }),
    readLogs: (stack, { service, ...wish }, signal) =>
      logs.read(stack, { ...wish, services: service === undefined ? undefined : [service] }, signal),
    search: (wish) => logs.search(wish),
    timeline: async (stack, service, since) => {
      const spans = await idle.timeline(stack, service, since);
      return spans.map(({ at, activity, because }, index) => {
        return { from: at, to: spans[index + 1]?.at, state: activity, because };
      });
    },
    usage: (stack, since) => usage.of(stack, since),
    routes: async () => routesOf(house),
    ports: () => portsOf(house, config),
    quotas: (who) => quotasOf(house, who),
    setQuota: (subject, limits, by) => setQuota(house, subject, limits, by),
    serviceTypes: () => config.policy.serviceTypes,
    uidOf: async (user) => (await names.accountNamed(user))?.uid,
    personOf: (uid, user, address) => accounts.personOf(uid, user, address),
  };
  return makeServicesDesk(parts);
}

async function routesOf({ routes, stacks }: House): Promise<readonly RouteInfo[]> {
  const certificates = routes?.certificates() ?? [];
  const found: RouteInfo[] = [];
  for (const route of routes?.table() ?? []) {
    const [stack = "", service = "", index] = route.id.split("/");
    const spec = await stacks.spec(stack).catch(() => undefined);
    const wanted = spec?.services.find(({ name }) => name === service)?.routes[Number(index)];
    if (!wanted) continue;
    const { host, path, protocol, listen, tls, state, reason, backends } = route;
    const scheme = protocol === "tcp" ? "tcp" : tls === "none" ? "http" : "https";
    found.push({
      ...{ stack, service, host, path, protocol, listen, tls, state, reason, auth: wanted.auth, port: wanted.port },
      url: protocol === "tcp" ? `tcp://${host}:${listen}` : `${scheme}://${host}${path}`,
      backends: backends.filter(({ draining }) => !draining).length,
      certificate: certificates.find((one) => one.host === host.toLowerCase())?.from,
    });
  }
  return found;
}

async function portsOf({ ports }: House, { policy }: ServicesConfig) {
  const held = await ports.held();
  const items = held.map((port): PortUse => {
    const found = classOfPort(port.port, port.protocol, policy);
    return { ...port, class: found?.name ?? "closed", reach: found?.class.reach ?? "site" };
  });
  const classes = [...policy.portClasses].map(([name, { ports: ranges, reach }]): PortClassInfo => {
    const size = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
    return {
      name,
      ports: formatRanges(ranges),
      reach,
      free: size - items.filter((port) => port.class === name).length,
    };
  });
  return { items, classes };
}

async function setQuota(
  { quotas }: House,
  subject: Subject,
  limits: Amounts | undefined,
  by: string,
): Promise<QuotaInfo> {
  await quotas.set(subject, limits, by);
  const { limits: now, used } = await quotas.report(subject);
  return { kind: subject.kind, subject: subject.name, limits: now, used };
}

async function quotasOf(
  { quotas }: House,
  who: { readonly user: string; readonly uid: number; readonly groups: readonly string[] } | "all",
): Promise<readonly QuotaInfo[]> {
  const subjects: readonly Subject[] =
    who === "all"
      ? await quotas.exceptions()
      : [{ kind: "user", name: who.user }, ...who.groups.map((name): Subject => ({ kind: "group", name }))];
  const uid = who === "all" ? undefined : who.uid;
  return Promise.all(
    subjects.map(async (subject) => {
      const { limits, used } = await quotas.report(subject, subject.kind === "user" ? uid : undefined);
      return { kind: subject.kind, subject: subject.name, limits, used };
    }),
  );
}
