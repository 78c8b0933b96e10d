// In front of the site's registry: passes requests and answers on as they come, and looks at one thing that a
// Distribution registry cannot refuse by itself: a tag that must not be moved. Tokens know repositories, not tags, so the
// token service cannot either. It also keeps back what the site's checks have refused.

import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { BerthError } from "../../base/errors.ts";
import { MAX_MANIFEST } from "../../oci/manifest.ts";
import { readBounded } from "../../oci/registry/body.ts";
import type { Backend } from "./backend.ts";
import { fail } from "./errors.ts";
import type { TagGuard } from "./tag-guard.ts";

/** What the front is made of. */
export interface FrontParts {
  readonly backend: Backend;
  readonly guard: TagGuard;
  /** The registry's own host name, where it shares a server with others; undefined: everything below /v2 is its. */
  readonly host: string | undefined;
}

// Of one connection only (RFC 9110, 7.6.1).
const HOP = new Set(["connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer"]);
for (const name of ["transfer-encoding", "upgrade", "proxy-connection", "expect"]) HOP.add(name);
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

/** Everything below `/v2/` goes to the registry. */
export function registryFront(parts: FrontParts): FastifyPluginAsync {
  const constraints = parts.host === undefined ? {} : { host: new RegExp(`^${escaped(parts.host)}(?::[0-9]+)?$`, "i") };
  return async (app) => {
    app.removeAllContentTypeParsers();
    // Layers pass through as they come, whatever they are called.
    app.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
    app.setErrorHandler((error, request, reply) => refuse(error, request, reply));
    for (const url of ["/v2", "/v2/", "/v2/*"])
      app.route({ method: [...METHODS], url, constraints, handler: (request, reply) => pass(parts, request, reply) });
  };
}

// One spelling for each path. The registry would take others for the same tag (escapes, empty parts, dots), and what is
// looked at here must be what it acts on. No name of the protocol needs any of them.
const PLAIN_PATH =
  /^\/v2(?:\/(?!\.{1,2}(?:\/|$))[\w.:+=-]+)*$|^\/v2\/$|^\/v2(?:\/(?!\.{1,2}\/)[\w.:+=-]+)+\/blobs\/uploads\/$/;

async function pass(parts: FrontParts, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const [path = "", ...query] = request.url.split("?");
  if (!PLAIN_PATH.test(path)) throw fail("E_REGISTRY_PATH", {});
  const [, repository = "", reference = ""] = /^\/v2\/(.+)\/manifests\/([^/]+)$/.exec(path) ?? [];
  const signal = untilGone(reply);
  const forward = async (body: Readable | Buffer | undefined) => {
    const url = [path === "/v2" ? "/v2/" : path, ...query].join("?");
    const headers = { ...passed(request.headers), ...(Buffer.isBuffer(body) ? { "content-length": body.length } : {}) };
    return parts.backend.send({ method: request.method, path: url, headers, body, signal });
  };
  if (repository === "") return relay(reply, await forward(bodyOf(request)));
  const asked = { repository, reference, authorization: request.headers.authorization, signal };
  if (request.method === "PUT") {
    const body = await readBounded(bodyOf(request) ?? request.raw, MAX_MANIFEST);
    if (body === undefined) throw fail("E_REGISTRY_MANIFEST_LARGE", { max: MAX_MANIFEST });
    return relay(reply, await parts.guard.putting({ ...asked, body }, () => forward(body)));
  }
  if (request.method !== "DELETE") await parts.guard.reading(asked);
  return relay(reply, await forward(bodyOf(request)));
}

function bodyOf({ body, method }: FastifyRequest): Readable | undefined {
  return method === "GET" || method === "HEAD" ? undefined : ((body as Readable | null | undefined) ?? undefined);
}

function relay(reply: FastifyReply, answer: IncomingMessage): FastifyReply {
  reply.code(answer.statusCode ?? 502).headers(passed(answer.headers));
  return reply.send(answer);
}

function passed(headers: IncomingMessage["headers"]): Record<string, string | string[]> {
  const kept = Object.entries(headers).filter(([name, value]) => value !== undefined && !HOP.has(name));
  return Object.fromEntries(kept) as Record<string, string | string[]>;
}

function untilGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

const CODES: Readonly<Record<number, string>> = {
  400: "NAME_INVALID",
  403: "DENIED",
  409: "DENIED",
  413: "MANIFEST_INVALID",
};

function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = error instanceof BerthError ? error.http : 500;
  if (status >= 500) request.log.error({ err: error }, "the site's registry could not be asked");
  const known = error instanceof BerthError && status !== 500;
  const message = known
    ? `${error.message}${error.hint === undefined ? "" : ` (${error.hint})`}`
    : "the gateway failed";
  return reply.code(status).send({ errors: [{ code: CODES[status] ?? "UNKNOWN", message }] });
}

function escaped(host: string): string {
  return host.replace(/[^A-Za-z0-9-]/g, "\\$&");
}
