// A client of Shifter's routes (spec/shifter.md 1), for gateways of either make: what it reads it reads loosely, as they
// differ. Which words and exit codes become of the answers is the command's business.

import { readBounded } from "../../oci/registry/body.ts";
import { fail, refusal } from "./errors.ts";
import type { GatewayAnswer, GatewayRequest, Gateways } from "./gateways.ts";

/** An image as Shifter writes it; `MISSING` stands for what its record lacks. */
export interface WireImage {
  readonly id: string;
  readonly system: string;
  readonly itype: string;
  readonly tags: readonly string[];
  readonly status: string;
  readonly statusMessage: string;
  /** Seconds since 1970; 0: unknown. */
  readonly lastPull: number;
  /** The answer as it came. */
  readonly raw: unknown;
}

export interface WireName {
  readonly system: string;
  readonly itype: string;
  readonly tag: string;
}

/** Ids that shall be able to read an image. */
export interface WireAcl {
  readonly users?: readonly number[];
  readonly groups?: readonly number[];
}

/** Shifter's operations. All throw E_CLIENT_… or, for another status than 200, what the gateway said. */
export interface ShifterClient {
  lookup(name: WireName): Promise<WireImage>;
  list(system: string): Promise<readonly WireImage[]>;
  pull(name: WireName, acl?: WireAcl): Promise<WireImage>;
  importFile(
    name: WireName,
    file: { readonly path: string; readonly format: string },
    acl?: WireAcl,
  ): Promise<WireImage>;
  /** true: done; false: not allowed; null: no such image. */
  expire(name: WireName): Promise<boolean | null>;
  /** Ids; false: not allowed. */
  autoexpire(system: string): Promise<readonly string[] | false>;
  queue(system: string): Promise<readonly { readonly status: string; readonly image: string }[]>;
  metrics(system: string, limit: number): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

// A list of 100,000 images with all their variables.
const ANSWER_LIMIT = 256 * 1024 * 1024;

export function shifterClient(gateways: Gateways, signal?: AbortSignal): ShifterClient {
  const ask = (method: GatewayRequest["method"], path: string, body?: unknown) =>
    askShifter(gateways, { method, path: `/api/${path}`, signal, ...(body === undefined ? {} : { body }) });
  const ofSystem = (route: string, system: string) => `${route}/${encodeURIComponent(system)}/`;
  const ofImage = (route: string, { system, itype, tag }: WireName) =>
    `${route}/${[system, itype, tag].map(encodeURIComponent).join("/")}/`;
  return {
    lookup: async (name) => readImage(await ask("GET", ofImage("lookup", name))),
    list: async (system) => listIn(await ask("GET", ofSystem("list", system))).map(readImage),
    pull: async (name, acl = {}) => readImage(await ask("POST", ofImage("pull", name), aclFields(acl))),
    importFile: async (name, { path, format }, acl = {}) =>
      readImage(await ask("POST", ofImage("doimport", name), { filepath: path, format, ...aclFields(acl) })),
    expire: async (name) => {
      const { status } = fields(await ask("GET", ofImage("expire", name)));
      return typeof status === "boolean" ? status : null;
    },
    autoexpire: async (system) => {
      const { status } = fields(await ask("GET", ofSystem("autoexpire", system)));
      return Array.isArray(status) ? status.map(String) : false;
    },
    queue: async (system) =>
      listIn(await ask("GET", ofSystem("queue", system))).map((entry) => ({
        status: text(fields(entry)["status"]),
        image: text(fields(entry)["image"]),
      })),
    metrics: async (system, limit) => {
      const lookups = await ask("GET", `${ofSystem("metrics", system)}?limit=${limit}`);
      return Array.isArray(lookups) ? lookups.map(fields) : [];
    },
  };
}

async function askShifter(gateways: Gateways, request: Omit<GatewayRequest, "final">): Promise<unknown> {
  const answer = await gateways.ask({ ...request, final: (status) => status === 200 });
  const bytes = await readBounded(answer.body, ANSWER_LIMIT);
  if (bytes === undefined) throw fail("E_CLIENT_LONG", { host: answer.host, limit: ANSWER_LIMIT });
  const body = parsed(bytes.toString("utf8"));
  if (answer.status !== 200) throw refused(answer, body);
  if (body === undefined) throw fail("E_CLIENT_ANSWER", { host: answer.host, status: 200, why: "it is not JSON" });
  return body;
}

function refused({ status, host }: GatewayAnswer, body: unknown): Error {
  const { error } = fields(body);
  if (typeof error !== "string") return fail("E_CLIENT_ANSWER", { host, status, why: "it does not say why" });
  return refusal(status, { code: "E_CLIENT_REFUSED", detail: error });
}

function aclFields({ users = [], groups = [] }: WireAcl): Readonly<Record<string, string>> {
  return {
    ...(users.length > 0 ? { allowed_uids: users.join(",") } : {}),
    ...(groups.length > 0 ? { allowed_gids: groups.join(",") } : {}),
  };
}

function readImage(value: unknown): WireImage {
  const image = fields(value);
  const { tag, last_pull: lastPull } = image;
  return {
    id: text(image["id"]),
    system: text(image["system"]),
    itype: text(image["itype"]),
    // Old records have one tag as a text.
    tags: Array.isArray(tag) ? tag.map(String) : typeof tag === "string" && tag !== "MISSING" ? [tag] : [],
    status: text(image["status"]),
    statusMessage: text(image["status_message"]),
    lastPull: typeof lastPull === "number" ? lastPull : 0,
    raw: value,
  };
}

// Shifter says `list`; what came before it said `data`.
function listIn(body: unknown): readonly unknown[] {
  const { list, data } = fields(body);
  return Array.isArray(list) ? list : Array.isArray(data) ? data : [];
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return Object(value) as Readonly<Record<string, unknown>>;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "MISSING";
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
