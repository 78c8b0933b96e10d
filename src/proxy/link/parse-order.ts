// What the server orders, parsed: a proxy of one release and a server of another may meet when berth is installed anew, and a
// table with holes must be refused, not served.

import { fail } from "../errors.ts";
import type { ProxyBackend, ProxyOrder, ProxyRoute, ProxyTable } from "../types.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Parses a line. @throws E_PROXY_ORDER */
export function parseOrder(line: string): ProxyOrder {
  const order = fieldsOf(parseJson(line), "the order");
  if (order["kind"] === "drain") return { kind: "drain", withinMs: numberOf(order, "withinMs") };
  if (order["kind"] === "table") return { kind: "table", table: parseTable(fieldsOf(order["table"], "the table")) };
  if (order["kind"] !== "change") throw wrong(`kind ${String(order["kind"])}`);
  const { routes, gone, rest } = order;
  return {
    kind: "change",
    from: numberOf(order, "from"),
    version: numberOf(order, "version"),
    routes: listOf(routes, "routes").map(parseRoute),
    gone: listOf(gone, "gone").map(String),
    ...(rest === undefined ? {} : { rest: parseRest(fieldsOf(rest, "rest")) }),
  };
}

function parseTable(table: Fields): ProxyTable {
  const routes = listOf(table["routes"], "routes").map(parseRoute);
  return { version: numberOf(table, "version"), routes, ...parseRest(table) };
}

function parseRest(table: Fields): Omit<ProxyTable, "version" | "routes"> {
  const certificates = listOf(table["certificates"], "certificates").map((item) => {
    const certificate = fieldsOf(item, "a certificate");
    const hosts = listOf(certificate["hosts"], "hosts").map(String);
    return { hosts, certificate: textOf(certificate, "certificate"), key: textOf(certificate, "key") };
  });
  const signOn = table["signOn"] === undefined ? undefined : fieldsOf(table["signOn"], "signOn");
  return {
    certificates,
    challenges: fieldsOf(table["challenges"], "challenges") as ProxyTable["challenges"],
    signOn: signOn && { cookie: textOf(signOn, "cookie"), keys: listOf(signOn["keys"], "keys").map(String) },
  };
}

const STATES = ["ready", "asleep", "waking", "down"];
const TLS = ["redirect", "both", "none"];
const WAKE_WITH = ["auto", "page", "hold", "retry"];

// Only what would hurt is looked at: types of what is counted, compared or sent.
function parseRoute(item: unknown): ProxyRoute {
  const route = fieldsOf(item, "a route");
  for (const key of ["id", "host", "path", "title"]) textOf(route, key);
  numberOf(route, "timeoutMs");
  if (!STATES.includes(textOf(route, "state"))) throw wrong("the state of a route");
  if (!TLS.includes(textOf(route, "tls"))) throw wrong("tls of a route");
  const path = textOf(route, "path");
  if (!path.startsWith("/") || /[\s?#\x00-\x1f]/.test(path)) throw wrong("the path of a route");
  if (route["auth"] !== undefined) {
    const auth = fieldsOf(route["auth"], "auth");
    textOf(auth, "audience");
    if (!URL.canParse(textOf(auth, "signIn"))) throw wrong("signIn of a route");
  }
  if (route["wake"] !== undefined) checkWake(fieldsOf(route["wake"], "wake"));
  const backends = listOf(route["backends"], "backends").map(parseBackend);
  return { ...(route as unknown as ProxyRoute), backends };
}

function checkWake(wake: Fields): void {
  numberOf(wake, "holdMs");
  if (!WAKE_WITH.includes(textOf(wake, "with"))) throw wrong("with of a route's wake");
  for (const key of ["ignorePaths", "ignoreAgents"]) listOf(wake[key], key);
}

function parseBackend(item: unknown): ProxyBackend {
  const backend = fieldsOf(item, "a backend");
  const port = numberOf(backend, "port");
  if (port < 1 || port > 65_535) throw wrong("the port of a backend");
  return { id: textOf(backend, "id"), host: textOf(backend, "host"), port, draining: backend["draining"] === true };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw wrong("it is no JSON");
  }
}

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(what);
  return value as Fields;
}

function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong(what);
  return value;
}

function textOf(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== "string") throw wrong(key);
  return value;
}

function numberOf(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value !== "number" || !Number.isFinite(value)) throw wrong(key);
  return value;
}

const wrong = (why: string) => fail("E_PROXY_ORDER", { why });
