// One HTTP exchange: request out, status, headers and a body stream back. No retries, no redirects, no logins: those
// are decided above. undici, with explicit agents and our own sockets, because it has real back-pressure and time
// limits and behaves the same on Node and, bundled, in the packed binary (measured: plain, TLS, CONNECT, streaming
// with back-pressure, abort; 26 ms for a whole HEAD process there). Its own SOCKS and proxy agents are not used: the
// first does not work in 8.12, and with sockets made in connector.ts neither is needed.

import type { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import type { CertSource } from "./certs.ts";
import { connector } from "./connector.ts";
import type { ProxyRules } from "./proxy.ts";
import { basicLogin } from "./tunnel.ts";
import { Agent, requestThrough } from "./undici-agent.ts";

/** What is sent: text or bytes at once, or a stream that is opened anew for each try. */
export type RequestBody = string | Uint8Array | (() => Promise<Readable>);

/** A request to one URL. */
export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** With a stream the headers must say its length. */
  readonly body?: RequestBody;
  /** Milliseconds until the answer begins, where the usual limit is too short (a registry that stores gigabytes). */
  readonly patience?: number;
  /** True: any certificate will do. */
  readonly insecure?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** The answer; its body must be read to the end or destroyed. */
export interface HttpResponse {
  readonly url: URL;
  /** True when the answer came from another origin than was asked. */
  readonly redirected: boolean;
  readonly status: number;
  /** Names in lower case; repeated headers joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

/** Sends requests; fails with the system's or undici's own error when no answer came. */
export interface Transport {
  send(request: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

/** Time limits in milliseconds. */
export interface Timeouts {
  readonly connect: number;
  /** Until the answer begins. */
  readonly headers: number;
  /** Between two pieces of a body. */
  readonly body: number;
}

export const DEFAULT_TIMEOUTS: Timeouts = { connect: 15_000, headers: 60_000, body: 60_000 };

/** What a transport is made of. */
export interface TransportOptions {
  readonly proxyFor: ProxyRules;
  readonly certs: CertSource;
  readonly timeouts: Timeouts;
}

/** A transport with its own connections; close it when done, or the process stays alive with them for seconds. */
export function httpTransport(options: TransportOptions): Transport {
  const agents = new Map<string, Agent>();
  const agent = (key: "verified" | "insecure" | "proxy"): Agent => {
    const known = agents.get(key);
    if (known) return known;
    const made = makeAgent(options, key);
    agents.set(key, made);
    return made;
  };
  return {
    send: (request) => {
      const proxy = request.url.protocol === "http:" ? options.proxyFor(request.url) : undefined;
      // Plain HTTP goes through an HTTP proxy by naming the whole URL: many allow CONNECT to port 443 only.
      if (proxy === undefined || proxy.kind === "socks5") {
        const direct = { origin: request.url.origin, path: request.url.pathname + request.url.search };
        return exchange(agent(request.insecure ? "insecure" : "verified"), request, direct);
      }
      const origin = `${proxy.kind}://${proxy.host.includes(":") ? `[${proxy.host}]` : proxy.host}:${proxy.port}`;
      const login = proxy.login ? { "proxy-authorization": basicLogin(proxy.login) } : {};
      const headers = { ...request.headers, host: request.url.host, ...login };
      return exchange(agent("proxy"), { ...request, headers }, { origin, path: request.url.href });
    },
    close: async () => {
      const all = [...agents.values()];
      agents.clear();
      await Promise.all(all.map((one) => one.destroy()));
    },
  };
}

function makeAgent(options: TransportOptions, key: "verified" | "insecure" | "proxy"): Agent {
  const proxyFor: ProxyRules = key === "proxy" ? () => undefined : options.proxyFor;
  const { timeouts, certs } = options;
  return new Agent({
    connect: connector({ proxyFor, certs, verify: key !== "insecure", timeout: timeouts.connect }),
    headersTimeout: timeouts.headers,
    bodyTimeout: timeouts.body,
    // A layer in eight ranges and its neighbours; more only makes a registry angry.
    connections: 16,
    pipelining: 1,
    maxHeaderSize: 64 * 1024,
    keepAliveTimeout: 4_000,
    allowH2: false,
  });
}

async function exchange(
  agent: Agent,
  request: HttpRequest,
  to: { readonly origin: string; readonly path: string },
): Promise<HttpResponse> {
  const body = typeof request.body === "function" ? await request.body() : request.body;
  const answer = await requestThrough(agent, {
    ...to,
    method: request.method,
    headers: request.headers,
    ...(body === undefined ? {} : { body }),
    ...(request.patience === undefined ? {} : { headersTimeout: request.patience }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  // A body that nobody reads any more fails when it is destroyed; that must not end the process. Readers still hear it.
  answer.body.on("error", () => {});
  return {
    url: request.url,
    redirected: false,
    status: answer.statusCode,
    headers: flatten(answer.headers),
    body: answer.body,
  };
}

function flatten(headers: Dispatcher.ResponseData["headers"]): Readonly<Record<string, string>> {
  const flat = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat.set(name.toLowerCase(), Array.isArray(value) ? value.join(", ") : value);
  }
  return Object.fromEntries(flat);
}
