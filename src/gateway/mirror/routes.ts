// The mirror's HTTP side: the distribution API, read only, as a fastify plugin. Own routes of the server under /v2 are
// static and win over this one. The protocol's errors are made here, whatever the server does with others.

import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { parseRangeHeader } from "../../oci/registry-server/routes.ts";
import { type Caller, NOBODY } from "./caller.ts";
import { fail, protocolError } from "./errors.ts";
import type { Mirror } from "./mirror.ts";
import { type MirrorRoute, parseMirrorRoute } from "./mirror-route.ts";
import type { Upstream } from "./upstreams.ts";

/** Serves the mirror below `/v2/`. Closing the mirror is for who opened it. */
export function mirrorRoutes(mirror: Mirror): FastifyPluginAsync {
  return async (app) => {
    const answer = (request: FastifyRequest, reply: FastifyReply) => serve(mirror, request, reply);
    for (const url of ["/v2", "/v2/", "/v2/*"]) {
      app.route({ method: ["GET", "HEAD"], url, handler: answer });
      const refuse = async (_: FastifyRequest, reply: FastifyReply) => sendError(reply, fail("E_MIRROR_READ_ONLY"), 0);
      // Before the body is read: it may be a layer.
      app.route({ method: ["POST", "PUT", "PATCH", "DELETE"], url, onRequest: refuse, handler: refuse });
    }
  };
}

// Without a challenge here podman and skopeo would never send a login; with status 200 nobody needs one.
const CHALLENGE = 'Basic realm="berth mirror: your login of the registry behind it"';
const VERSION = { "docker-distribution-api-version": "registry/2.0" };

async function serve(mirror: Mirror, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  reply.headers(VERSION);
  const url = new URL(request.url, "http://mirror");
  const caller = mirror.caller(request.headers.authorization);
  let upstream: Upstream | undefined;
  try {
    const route = parseMirrorRoute(url.pathname, url.searchParams.get("ns") ?? undefined, mirror.upstreams);
    if (route.kind === "ping") return await reply.header("www-authenticate", CHALLENGE).send({});
    upstream = route.upstream;
    return await answerRoute(mirror, route, { caller, url, request, reply });
  } catch (error) {
    const wait =
      upstream === undefined ? 0 : mirror.retryAfter(upstream, caller) || mirror.retryAfter(upstream, NOBODY);
    return sendError(reply, error, wait);
  }
}

interface Asked {
  readonly caller: Caller;
  readonly url: URL;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

async function answerRoute(mirror: Mirror, route: Exclude<MirrorRoute, { kind: "ping" }>, asked: Asked) {
  const { caller, url, reply, request } = asked;
  if (route.kind === "manifest") {
    const served = await mirror.manifest({ ...route, caller, headOnly: request.method === "HEAD" });
    const { digest, mediaType, size } = served.descriptor;
    reply.headers({ "content-type": mediaType, "content-length": size, ...named(digest) });
    if (served.stale !== undefined) reply.headers({ age: served.stale, "berth-stale": served.stale });
    return reply.send(served.bytes && Buffer.from(served.bytes));
  }
  if (route.kind === "blob") return sendBlob(mirror, { ...route, caller }, request, reply);
  const question = { ...route, caller, query: url.searchParams };
  const list = route.kind === "tags" ? await mirror.tags(question) : await mirror.referrers(question, route.digest);
  if (list.link !== undefined) reply.header("link", list.link);
  return reply.header("content-type", list.mediaType).send(JSON.stringify(list.body));
}

async function sendBlob(
  mirror: Mirror,
  question: Parameters<Mirror["blobs"]["find"]>[0],
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const found = await mirror.blobs.find(question);
  const { size, digest } = found.value;
  reply.headers({ "content-type": "application/octet-stream", "accept-ranges": "bytes", ...named(digest) });
  if (request.method === "HEAD") return reply.header("content-length", size).send();
  const range = parseRangeHeader(request.headers.range, size);
  if (range === "bad") return reply.code(416).header("content-range", `bytes */${size}`).send();
  const part = range ? { from: range.from, to: range.to + 1 } : { from: 0, to: size };
  const body = await mirror.blobs.read(question, found, part);
  reply.header("content-length", part.to - part.from);
  if (range) reply.code(206).header("content-range", `bytes ${range.from}-${range.to}/${size}`);
  return reply.send(body);
}

function named(digest: string) {
  return { "docker-content-digest": digest, etag: `"${digest}"` };
}

function sendError(reply: FastifyReply, error: unknown, wait: number): FastifyReply {
  const { status, code, message } = protocolError(error);
  for (const name of ["content-length", "content-range", "etag", "docker-content-digest"]) reply.removeHeader(name);
  if (status === 401) reply.header("www-authenticate", CHALLENGE);
  if (status === 429) reply.header("retry-after", Math.max(wait, 1));
  if (status === 500) reply.log.error(error);
  return reply
    .code(status)
    .type("application/json")
    .send(JSON.stringify({ errors: [{ code, message }] }));
}
