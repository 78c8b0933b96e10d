// Routes and names: PRX-01 to PRX-03, DNS-01.

import { port, route } from "../example-parts.ts";
import { fitsAny } from "../glob.ts";
import { rule, unknown } from "../rule.ts";
import { tagOf } from "../tags.ts";

const HOSTS = { names: { dynamic: undefined, proxy: [], hosts: ["*.example.org"] } };

export const ROUTE_TLS = rule({
  id: "PRX-01",
  title: "TLS ends at the proxy, and plain http leads there",
  on: "route",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "TLS is handled by the proxy: the route {host} of {service} must not go without",
  hint: "leave tls: out; the proxy has the certificate, and sends http to https",
  why: "Passwords and sessions go over these routes, and certificates are looked after in one place.",
  source: "Spin: HTTP/HTTPS reverse proxy",
  cases: {
    both: { severity: "warning", message: "The route {host} of {service} answers http, too, without leading to https" },
    own: {
      severity: "warning",
      message: "{service} seems to end TLS by itself (port {port} behind the route {host})",
      hint: "listen without TLS: the proxy has the certificate",
    },
  },
  check: ({ route: { protocol, tls, host, port } }) => {
    if (protocol === "tcp") return undefined;
    if (tls === "none") return { at: "/tls", fields: { host } };
    if (tls === "both") return { case: "both", at: "/tls", fields: { host } };
    return port === 443 || port === 8443
      ? { case: "own", at: "/port", certainty: "likely", fields: { host, port } }
      : undefined;
  },
  passes: [
    { shows: "redirect", service: { routes: [route()] } },
    { shows: "a TCP route", service: { routes: [route({ protocol: "tcp", tls: "none" })] } },
  ],
  fails: [
    { shows: "none", service: { routes: [route({ tls: "none" })] } },
    { shows: "both", service: { routes: [route({ tls: "both" })] }, expect: { case: "both", severity: "warning" } },
    {
      shows: "own 443",
      service: { routes: [route({ port: 443 })] },
      expect: { case: "own", pointer: "/services/web/routes/0/port" },
    },
  ],
});

export const ROUTE_RESOLVES = rule({
  id: "PRX-02",
  title: "A route's host name leads to the proxy",
  on: "route",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{host} does not lead to the proxy",
  hint: "add a CNAME {host} -> {proxy}",
  why: "Nobody comes to a service whose name leads nowhere.",
  source: "Spin: External DNS",
  check: ({ route: { host }, facts: { dns }, policy: { names } }) => {
    const [proxy] = names.proxy;
    if (proxy === undefined) return undefined;
    const answers = dns?.get(host);
    if (answers === undefined) return unknown(`nobody looked up ${host}`, "/host");
    const plain = (name: string) => name.toLowerCase().replace(/\.$/, "");
    const there = answers.some((answer) => names.proxy.some((name) => plain(name) === plain(answer)));
    return there ? undefined : { at: "/host", fields: { host, proxy } };
  },
  passes: [
    {
      shows: "a CNAME",
      service: { routes: [route()] },
      facts: leads("LB.reverse-proxy.prod-cattle.stable.spin.nersc.org."),
    },
    {
      shows: "a site that names no proxy",
      service: { routes: [route()] },
      policy: { names: { dynamic: undefined, proxy: [], hosts: [] } },
    },
  ],
  fails: [
    {
      shows: "no CNAME",
      service: { routes: [route()] },
      facts: leads(),
      expect: { says: "rover.example.org does not lead" },
    },
    { shows: "to somewhere else", service: { routes: [route()] }, facts: leads("www.example.org") },
    {
      shows: "not looked up",
      service: { routes: [route()] },
      facts: { dns: undefined },
      expect: { certainty: "unknown" },
    },
  ],
});

export const ROUTE_HOST = rule({
  id: "PRX-03",
  title: "A route has a name that the site gives",
  on: "route",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{host} is no name that routes may have here ({hosts})",
  hint: "use such a name, or ask staff to add yours to names: hosts:",
  why: "The proxy would answer to a name of somebody else, with the site's certificate if it has one.",
  source: "ours",
  unknown: "error",
  cases: {
    taken: {
      message: "{host} is the host of a route of the stack {other}, which is not {owner}'s",
      hint: "use a name of your own, or ask the owner of {other}",
    },
  },
  check: ({ route: { host, protocol }, policy: { names }, facts: { hosts }, of: { spec } }) => {
    // A bare connection names no host.
    if (protocol === "tcp") return undefined;
    const plain = host.toLowerCase().replace(/\.$/, "");
    if (hosts === undefined) return unknown(`nobody looked whose ${host} is`, "/host");
    // Also with another path: whoever has a part of a host sees the cookies of all of it.
    const holder = hosts.get(plain);
    const owner = tagOf(spec.tags, "owner");
    if (holder?.stack !== undefined && holder.stack !== spec.name && (owner === undefined || holder.owner !== owner))
      return { case: "taken", at: "/host", fields: { host, other: holder.stack, owner: owner ?? "the owner" } };
    if (
      names.hosts.length === 0 ||
      fitsAny(
        names.hosts.map((name) => name.toLowerCase()),
        plain,
      )
    )
      return undefined;
    return { at: "/host", fields: { host, hosts: names.hosts.join(", ") } };
  },
  passes: [
    { shows: "any, as shipped", service: { routes: [route()] } },
    {
      shows: "a host that another stack of the owner has",
      service: { routes: [route()] },
      facts: { hosts: new Map([["rover.example.org", { stack: "mars", owner: "fred" }]]) },
    },
    {
      shows: "Rover.Example.org where *.example.org is given",
      service: { routes: [route({ host: "Rover.Example.org" })] },
      policy: HOSTS,
    },
  ],
  fails: [
    {
      shows: "another path of a host that somebody else's route has",
      service: { routes: [route({ host: "Web.example.org", path: "/login" })] },
      facts: { hosts: new Map([["web.example.org", { stack: "mars", owner: "elvis" }]]) },
      expect: { case: "taken", says: "the stack mars" },
    },
    {
      shows: "not looked up",
      service: { routes: [route()] },
      facts: { hosts: undefined },
      expect: { certainty: "unknown", severity: "error" },
    },
    { shows: "login.other.org", service: { routes: [route({ host: "login.other.org" })] }, policy: HOSTS },
    {
      shows: "rover.example.org.evil.org",
      service: { routes: [route({ host: "rover.example.org.evil.org" })] },
      policy: HOSTS,
    },
  ],
});

function leads(...to: readonly string[]) {
  return { dns: new Map([["rover.example.org", to]]) };
}

export const DYNAMIC_NAME = rule({
  id: "DNS-01",
  title: "A published service has a name",
  on: "port",
  severity: "info",
  class: "required",
  certainty: "certain",
  message: "Port {port} of {service} will be found at {name}",
  hint: "the name is made when the port is published and removed with it; a CNAME to it may be easier to remember",
  why: "Ports move between nodes with their containers; names stay.",
  source: "Spin: External DNS",
  cases: {
    long: {
      severity: "error",
      message: "The name {name} of {service} is too long for DNS",
      hint: "shorten the name of the service or of the stack",
    },
  },
  check: ({ port, of, policy: { names, proxyPorts } }) => {
    // What the proxy listens on has the proxy's name.
    if (names.dynamic === undefined || (port.host !== undefined && proxyPorts.includes(port.host))) return undefined;
    const name = names.dynamic.replaceAll("{service}", () => of.service.name).replaceAll("{stack}", () => of.spec.name);
    const fields = { name, port: port.host ?? `(chosen by the platform) for ${port.container}` };
    const fits = name.length <= 253 && name.split(".").every((label) => label.length <= 63);
    return fits ? { fields } : { case: "long", fields };
  },
  passes: [
    { shows: "no port", service: { ports: [] } },
    {
      shows: "a site without such names",
      service: { ports: [port(60007, 80)] },
      policy: { names: { dynamic: undefined, proxy: [], hosts: [] } },
    },
  ],
  fails: [
    {
      shows: "a note for db of mystack",
      service: { name: "db", ports: [port(60007, 5432)] },
      stack: { name: "mystack" },
      expect: { severity: "info", says: "db.mystack.prod-cattle.stable.spin.nersc.org" },
    },
    {
      shows: "a name of 300 letters",
      service: { ports: [port(60007, 80)] },
      policy: { names: { dynamic: `{service}.${"x.".repeat(150)}org`, proxy: [], hosts: [] } },
      expect: { case: "long" },
    },
  ],
});
