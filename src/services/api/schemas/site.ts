// What belongs to the site as a whole: routes, ports, quotas, the audit log, webhooks.

import { Type } from "typebox";
import { count, line, list, named, page, ref, SERVICE, seconds, text, word } from "./words.ts";

export const Route = named("Route", "A way from the proxy to a service.", {
  stack: text("The stack."),
  service: text("The service."),
  url: text("Where it begins."),
  host: text("Name of the host."),
  path: text("Prefix of the path."),
  port: count("Port in the container."),
  protocol: word(["http", "tcp"], "What it carries."),
  listen: Type.Optional(count("Port of a TCP route.")),
  tls: word(["redirect", "both", "none"], "What becomes of plain HTTP."),
  auth: word(["none", "user", "group", "owner"], "Who must be signed in."),
  state: word(["ready", "asleep", "waking", "down"], "What somebody who comes finds."),
  reason: Type.Optional(text("Why it is down.")),
  backends: count("Containers behind it that answer."),
  certificate: Type.Optional(text("What its certificate is: `site`, `acme`, `internal`; absent: none.")),
});
export const RouteList = named("RouteList", "Ways from the proxy to services.", { items: list(ref(Route), "They.") });

export const Port = named("Port", "A port of the host that a stack uses.", {
  port: count("The port."),
  protocol: word(["tcp", "udp"], "Its protocol."),
  stack: text("The stack."),
  service: text("The service."),
  container: count("Port in the container."),
  class: text("The site's class of ports that it is in."),
  reach: text("Who reaches it."),
});
export const PortClass = named("PortClass", "A class of ports.", {
  name: text("Its name."),
  ports: text("Which ports: `60000-60050`."),
  reach: text("Who reaches them."),
  free: count("How many are free."),
});
export const PortList = named("PortList", "Ports of the host.", {
  items: list(ref(Port), "Those in use by stacks that you may see."),
  classes: list(ref(PortClass), "What the site offers."),
});

const AMOUNTS = {
  stacks: Type.Optional(count("Stacks.")),
  services: Type.Optional(count("Services.")),
  memoryBytes: Type.Optional(count("Memory of all containers.")),
  cpus: Type.Optional(Type.Number({ minimum: 0, description: "CPUs of all containers." })),
  ports: Type.Optional(count("Ports of the host.")),
  secrets: Type.Optional(count("Secrets.")),
};
export const Amounts = named("Amounts", "Amounts of what quotas limit; absent: no limit.", AMOUNTS);
export const ServiceQuota = named("ServiceQuota", "What an owner or a group may have, and has.", {
  kind: word(["user", "group"], "Whose it is."),
  subject: text("Name of the user or group."),
  limits: ref(Amounts),
  used: ref(Amounts),
});
export const ServiceQuotaList = named("ServiceQuotaList", "Quotas.", { items: list(ref(ServiceQuota), "They.") });

export const AuditEntry = named("AuditEntry", "Something that somebody did, or was not let do.", {
  id: count("Counts up."),
  at: seconds("When"),
  who: text("Who."),
  action: text("What: `stack.upgrade`, `service.exec`, …"),
  object: text("With what: `stack/rover`."),
  outcome: word(["ok", "refused", "failed"], "How it went."),
  detail: Type.Optional(text("More.")),
  address: Type.Optional(text("Where the person sat.")),
});
export const AuditPage = page("AuditPage", ref(AuditEntry));

export const Webhook = named("Webhook", "An address that deploys when it is called.", {
  id: text("Its id, as it stands in the address."),
  stack: text("The stack."),
  service: Type.Optional(text("The service; absent: all of the stack.")),
  description: text("What it is for."),
  by: text("Who made it: what it does, it does as this person."),
  createdAt: seconds("When it was made"),
  lastUse: Type.Optional(seconds("When it was last called")),
});
export const WebhookList = named("WebhookList", "Webhooks of a stack.", { items: list(ref(Webhook), "They.") });
export const WebhookWish = named("WebhookWish", "A wish for a webhook.", {
  service: Type.Optional(SERVICE),
  description: line(256, "What it is for."),
});
export const NewWebhook = named("NewWebhook", "A new webhook. Its key is shown this once.", {
  webhook: ref(Webhook),
  url: text("The path to be called: `/v2/webhooks/ID`."),
  key: text(
    "Signs the calls: `x-berth-signature: v1=HEX` of HMAC-SHA256(key, `TIMESTAMP.BODY`), with `x-berth-timestamp`.",
  ),
});

export const PARTS = [Route, Port, PortClass, Amounts, ServiceQuota, AuditEntry, Webhook];
