// One call of an operation of `/v2/`: path and query from their parts, the answer from JSON, a refusal as the failure that
// the gateway meant. What operations there are stands in api.ts, which is generated.

import type { BerthError } from "../../base/errors.ts";
import { readBounded } from "../../oci/registry/body.ts";
import { fail, refusal } from "./errors.ts";
import type { GatewayAnswer, GatewayRequest, Gateways } from "./gateways.ts";
import { readEvents, type SentEvent } from "./read-events.ts";

type Value = string | number | boolean | undefined;

/** An operation with its parameters. */
export interface Call {
  readonly method: GatewayRequest["method"];
  /** With `{name}` where a value of `input` belongs; what the path does not name is the query. */
  readonly path: string;
  readonly input?: Readonly<Record<string, Value>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** What may be said to every call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

// A page of a thousand images with all their labels and variables.
const ANSWER_LIMIT = 64 * 1024 * 1024;

/** Calls an operation that answers with JSON, or with nothing. @throws the gateway's refusals, E_CLIENT_… */
export async function call<T>(gateways: Gateways, request: Call): Promise<T> {
  const answer = await gateways.ask({ ...wire(request), final: isFinal });
  const text = await textOf(answer);
  if (answer.status < 200 || answer.status > 299) throw refused(answer, text);
  return (text === "" ? undefined : parsed(answer, text)) as T;
}

/** Calls an operation that answers with events. @throws the gateway's refusals, E_CLIENT_… */
export async function* callForEvents(gateways: Gateways, request: Call): AsyncGenerator<SentEvent> {
  const answer = await gateways.ask({ ...wire(request), accept: "text/event-stream", final: isFinal });
  if (answer.status !== 200) throw refused(answer, await textOf(answer));
  yield* readEvents(answer.body);
}

// 502 and above: this one cannot now, another one may.
function isFinal(status: number): boolean {
  return status < 502;
}

function wire({ method, path, input = {}, body, signal }: Call): Omit<GatewayRequest, "final"> {
  const query = new URLSearchParams();
  const filled = new Set<string>();
  const place = path.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    filled.add(name);
    return encodeURIComponent(String(input[name]));
  });
  for (const [name, value] of Object.entries(input)) {
    if (value !== undefined && !filled.has(name)) query.set(name, String(value));
  }
  const sent = body === undefined ? {} : { body };
  return { method, path: query.size === 0 ? place : `${place}?${query}`, signal, ...sent };
}

async function textOf({ body, host }: GatewayAnswer): Promise<string> {
  const bytes = await readBounded(body, ANSWER_LIMIT);
  if (bytes === undefined) throw fail("E_CLIENT_LONG", { host, limit: ANSWER_LIMIT });
  return bytes.toString("utf8");
}

function parsed({ host, status }: GatewayAnswer, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw fail("E_CLIENT_ANSWER", { host, status, why: "it is not JSON" }, { cause });
  }
}

function refused(answer: GatewayAnswer, text: string): BerthError {
  const { host, status, headers } = answer;
  const kind = headers["content-type"] ?? "no type";
  if (!/^application\/(problem\+)?json\b/.test(kind)) return fail("E_CLIENT_ANSWER", { host, status, why: kind });
  const { code, detail, hint } = Object(parsed(answer, text)) as Readonly<Record<string, unknown>>;
  if (typeof code !== "string" || typeof detail !== "string") {
    return fail("E_CLIENT_ANSWER", { host, status, why: "it is no problem document" });
  }
  return refusal(status, { code, detail, ...(typeof hint === "string" ? { hint } : {}) });
}
