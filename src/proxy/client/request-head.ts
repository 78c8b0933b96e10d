// The head of a request as a backend gets it: without what belongs to the client's connection or pretends to come from the
// proxy, with where the request came from. Pure.

import type { Exchange } from "./exchange.ts";
import { namedBy } from "./reply-headers.ts";

/** What the proxy says of the client. */
export interface Origin {
  /** `X-Forwarded-For` as it goes out. */
  readonly chain: string;
  /** Who it is, as far as we trust. */
  readonly client: string;
  readonly proto: string;
  readonly host: string;
}

export interface HeadOptions {
  /** Path and query for the backend. */
  readonly target: string;
  readonly origin: Origin;
  /** Cut from the path. */
  readonly prefix: string | undefined;
  /** Who signed in. */
  readonly user: string | undefined;
  /** Cookies whose name begins so are the proxy's own; undefined: there are none. */
  readonly ownCookies: string | undefined;
  /** The protocol to go over to. */
  readonly upgrade: string | undefined;
}

const DROPPED = new Set([
  ...["connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade", "http2-settings"],
  ...["proxy-authorization", "host", "content-length", "expect", "cookie"],
  ...[
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-prefix",
  ],
  ...["x-forwarded-server", "x-forwarded-scheme", "x-forwarded-ssl", "x-real-ip", "x-berth-user", "x-original-url"],
  ...["x-rewrite-url", "x-original-uri", "x-forwarded-user", "x-remote-user", "remote-user"],
]);

/** The whole head with its empty line. */
export function requestHead(exchange: Exchange, options: HeadOptions): string {
  const { method, authority, headers } = exchange;
  let head = `${method} ${options.target} HTTP/1.1\r\nHost: ${authority}\r\n`;
  let cookies = "";
  const connection = exchange.version === "2" ? undefined : exchange.header("connection");
  const named = connection === undefined ? undefined : namedBy(connection);
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? "";
    const value = headers[index + 1] ?? "";
    const lower = name.toLowerCase();
    if (lower === "cookie") cookies = cookies === "" ? value : `${cookies}; ${value}`;
    else if (!isDropped(lower) && !named?.has(lower)) head += `${name}: ${value}\r\n`;
  }
  if (cookies !== "") head += cookieLine(cookies, options.ownCookies);
  return `${head}${framing(exchange)}${originLines(options)}${upgradeLines(exchange, options.upgrade)}\r\n`;
}

// A backend behind CGI or WSGI cannot tell `x_berth_user` from `x-berth-user`, nor some of them `x.berth.user`.
function isDropped(lower: string): boolean {
  if (DROPPED.has(lower)) return true;
  const plain = /[^a-z0-9-]/.test(lower) ? lower.replace(/[^a-z0-9-]/g, "-") : lower;
  return plain.startsWith("x-berth-") || (plain !== lower && DROPPED.has(plain));
}

function framing({ body, method, expectsContinue }: Exchange): string {
  if (!body) return method === "POST" || method === "PUT" || method === "PATCH" ? "Content-Length: 0\r\n" : "";
  const expect = expectsContinue ? "Expect: 100-continue\r\n" : "";
  return body.length === undefined
    ? `Transfer-Encoding: chunked\r\n${expect}`
    : `Content-Length: ${body.length}\r\n${expect}`;
}

function originLines({ origin, prefix, user }: HeadOptions): string {
  const { chain, client, proto, host } = origin;
  const node = client.includes(":") ? `"[${client}]"` : client;
  let lines = `X-Forwarded-For: ${chain}\r\nX-Forwarded-Proto: ${proto}\r\nX-Forwarded-Host: ${host}\r\n`;
  lines += `Forwarded: for=${node};proto=${proto};host="${host}"\r\n`;
  if (prefix !== undefined) lines += `X-Forwarded-Prefix: ${prefix}\r\n`;
  return user === undefined ? lines : `${lines}X-Berth-User: ${user}\r\n`;
}

function upgradeLines(exchange: Exchange, upgrade: string | undefined): string {
  if (upgrade !== undefined) return `Connection: upgrade\r\nUpgrade: ${upgrade}\r\n`;
  return exchange.header("te")?.toLowerCase().includes("trailers") ? "TE: trailers\r\nConnection: TE\r\n" : "";
}

function cookieLine(cookies: string, own: string | undefined): string {
  if (own === undefined || !cookies.includes(own)) return `Cookie: ${cookies}\r\n`;
  const isOwn = (cookie: string) => cookie.startsWith(own) || cookie.startsWith(`__Host-${own}`);
  const kept = cookies.split(";").map((cookie) => cookie.trim());
  const others = kept.filter((cookie) => !isOwn(cookie));
  return others.length === 0 ? "" : `Cookie: ${others.join("; ")}\r\n`;
}
