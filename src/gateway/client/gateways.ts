// The gateways of a site as one: asked in an order by chance, the next one when one does not answer. Knows HTTP; not what
// is asked.

import { randomInt } from "node:crypto";
import type { Readable } from "node:stream";
import { reasonOf } from "../../base/errors.ts";
import { discard } from "../../oci/registry/body.ts";
import type { CertSource } from "../../oci/registry/certs.ts";
import { type HttpRequest, type HttpResponse, httpTransport, type Transport } from "../../oci/registry/transport.ts";
import { wireFailure } from "../../oci/registry/wire-failure.ts";
import { fail } from "./errors.ts";

/** Makes the headers that say who asks; called for each request, as a munge credential can be used once. */
export type Credential = () => Promise<Readonly<Record<string, string>>>;

export interface GatewaysOptions {
  /** `http://host:port`, without a slash at the end. */
  readonly gateways: readonly string[];
  readonly credential: Credential;
  readonly certs: CertSource;
  /** Milliseconds to wait for the beginning of an answer; 0: a minute. */
  readonly timeoutMs: number;
}

/** A request without the gateway's address. */
export interface GatewayRequest {
  readonly method: HttpRequest["method"];
  /** From the first slash, with the query. */
  readonly path: string;
  /** Becomes JSON. */
  readonly body?: unknown;
  readonly accept?: string;
  readonly signal?: AbortSignal | undefined;
  /** Whether an answer with this status is one; else the next gateway is asked. */
  readonly final: (status: number) => boolean;
}

/** An answer; its body must be read to the end or destroyed. */
export interface GatewayAnswer {
  readonly host: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

export interface Gateways {
  /** The first final answer, else the last one. @throws E_CLIENT_UNREACHABLE, or the signal's reason */
  ask(request: GatewayRequest): Promise<GatewayAnswer>;
  /** Ends the connections; a program stays alive with them for seconds. */
  close(): Promise<void>;
}

const CONNECT_MS = 10_000;
const HEADERS_MS = 60_000;
/** Longer than the pause between two comments of a stream of events. */
const BODY_MS = 60_000;

export function openGateways(options: GatewaysOptions): Gateways {
  const headers = options.timeoutMs > 0 ? options.timeoutMs : HEADERS_MS;
  const connect = Math.min(CONNECT_MS, headers);
  // The gateway is the site's own machine: no proxy stands between.
  const timeouts = { connect, headers, body: BODY_MS };
  const transport = httpTransport({ proxyFor: () => undefined, certs: options.certs, timeouts });
  return {
    ask: (request) => askInTurn(transport, options, request),
    close: () => transport.close(),
  };
}

async function askInTurn(
  transport: Transport,
  { gateways, credential }: GatewaysOptions,
  request: GatewayRequest,
): Promise<GatewayAnswer> {
  const failures: Error[] = [];
  let last: GatewayAnswer | undefined;
  for (const gateway of shuffled(gateways)) {
    request.signal?.throwIfAborted();
    const answer = await send(transport, gateway, request, await credential()).catch((error: unknown) => {
      request.signal?.throwIfAborted();
      failures.push(wireFailure(error, new URL(gateway).host));
    });
    if (!answer) continue;
    if (last) await discard(last.body);
    last = { host: answer.url.host, status: answer.status, headers: answer.headers, body: answer.body };
    if (request.final(answer.status)) return last;
  }
  if (last) return last;
  throw fail("E_CLIENT_UNREACHABLE", { why: failures.map(reasonOf).join("; ") }, { cause: failures[0] });
}

function send(
  transport: Transport,
  gateway: string,
  { method, path, body, accept = "application/json", signal }: GatewayRequest,
  credential: Readonly<Record<string, string>>,
): Promise<HttpResponse> {
  const url = new URL(gateway + path);
  const common = { method, url, signal };
  if (body === undefined) return transport.send({ ...common, headers: { accept, ...credential } });
  const headers = { accept, "content-type": "application/json", ...credential };
  return transport.send({ ...common, headers, body: JSON.stringify(body) });
}

function shuffled<T>(items: readonly T[]): readonly T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [order[i], order[j]] = [order[j] as T, order[i] as T];
  }
  return order;
}
