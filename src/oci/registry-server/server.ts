// The embedded registry: the distribution protocol over OCI image layouts, on loopback, for the demonstration and for
// tests. No logins, no TLS, no deletion.

import { createReadStream } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { type Digest, parseDigest } from "../../base/digest.ts";
import { BerthError, errnoOf, reasonOf } from "../../base/errors.ts";
import { MAX_MANIFEST } from "../manifest.ts";
import { sizeOf } from "../store/layout.ts";
import { type Refusal, sendBytes, sendFile, sendJson, sendRefusal } from "./answers.ts";
import { type Repository, repository } from "./repositories.ts";
import { parseRoute, type Route } from "./routes.ts";
import { type Uploads, uploads } from "./uploads.ts";

export interface RegistryServerOptions {
  /** Repository names and the layout folders that hold them. */
  readonly repositories?: Readonly<Record<string, string>>;
  /** Where pushed repositories of other names are kept; without it only the named ones exist. */
  readonly pushRoot?: string;
  /** Hears of every request. */
  readonly onRequest?: (method: string, path: string) => void;
}

/** A registry that listens. */
export interface RunningRegistry {
  /** `127.0.0.1:PORT`, as it stands in references. */
  readonly host: string;
  close(): Promise<void>;
}

/** Answers one request; never throws. */
export type RegistryHandler = ((request: IncomingMessage, response: ServerResponse) => Promise<void>) & {
  close(): Promise<void>;
};

/** Listens on loopback; port 0 takes a free one. */
export async function serveRegistry(options: RegistryServerOptions, port = 0): Promise<RunningRegistry> {
  const handler = registryHandler(options);
  const server = createServer((request, response) => void handler(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => closeServer(server, handler) };
}

async function closeServer(server: Server, handler: RegistryHandler): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await handler.close();
}

/** The registry as a handler of `node:http` requests. */
export function registryHandler(options: RegistryServerOptions): RegistryHandler {
  const known = new Map<string, Repository>();
  const unfinished = uploads();
  const find = (name: string): Repository | undefined => {
    const named = options.repositories;
    const root =
      named && Object.hasOwn(named, name)
        ? named[name]
        : options.pushRoot && join(options.pushRoot, encodeURIComponent(name));
    if (root && !known.has(name)) known.set(name, repository(root));
    return known.get(name);
  };
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    // A target such as "//" is no URL, and a path of no endpoint.
    const target = request.url ?? "/";
    const url = new URL(URL.canParse(target, "http://registry") ? target : "/", "http://registry");
    options.onRequest?.(request.method ?? "GET", url.pathname);
    response.setHeader("docker-distribution-api-version", "registry/2.0");
    try {
      await answer({ request, response, url, find, unfinished });
    } catch (error) {
      failed(request, response, error);
    }
  };
  const running = new Set<Promise<void>>();
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const served = serve(request, response).finally(() => running.delete(served));
    running.add(served);
    return served;
  };
  const close = async () => {
    // A client that has gone leaves its request at work on the files.
    await Promise.all(running);
    await unfinished.close();
  };
  return Object.assign(handle, { close });
}

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly find: (name: string) => Repository | undefined;
  readonly unfinished: Uploads;
}

async function answer(asked: Asked): Promise<void> {
  const { request, response, url, find } = asked;
  const route = parseRoute(url.pathname);
  if (!route) return sendRefusal(request, response, { status: 404, code: "UNSUPPORTED", message: "no such endpoint" });
  if (route.kind === "ping") return sendJson(request, response, {});
  const repository = find(route.repository);
  if (!repository)
    return sendRefusal(request, response, { status: 404, code: "NAME_UNKNOWN", message: route.repository });
  if (route.kind === "upload" && request.method === "GET") return status(asked, route.repository, route.id);
  if (request.method === "GET" || request.method === "HEAD") return pull(asked, route, repository);
  return push(asked, route, repository);
}

async function pull({ request, response }: Asked, route: Exclude<Route, { kind: "ping" }>, from: Repository) {
  switch (route.kind) {
    case "tags":
      return sendJson(request, response, { name: route.repository, tags: await from.tags() });
    case "manifest": {
      const found = await from.manifest(route.reference);
      if (!found)
        return sendRefusal(request, response, { status: 404, code: "MANIFEST_UNKNOWN", message: route.reference });
      const { descriptor, bytes } = found;
      const headers = { "content-type": descriptor.mediaType, "docker-content-digest": descriptor.digest };
      return sendBytes(request, response, 200, headers, bytes);
    }
    case "blob": {
      const headers = { "content-type": "application/octet-stream", "docker-content-digest": route.digest };
      return sendFile(request, response, from.store.path(route.digest), headers);
    }
    default:
      return sendRefusal(request, response, { status: 405, code: "UNSUPPORTED", message: "not readable" });
  }
}

async function push(asked: Asked, route: Exclude<Route, { kind: "ping" }>, to: Repository): Promise<void> {
  const { request, response, url, unfinished } = asked;
  const digest = url.searchParams.get("digest");
  const method = `${request.method} ${route.kind}`;
  if (route.kind === "manifest" && method === "PUT manifest") {
    const bytes = await boundedBody(request);
    if (!bytes) return sendRefusal(request, response, { status: 413, code: "SIZE_INVALID", message: "too large" });
    const stored = await to.setManifest(route.reference, bytes, request.headers["content-type"]);
    return created(asked, `manifests/${stored}`, route.repository, stored);
  }
  if (method === "POST uploads") {
    if (await mounted(asked, to)) return created(asked, `blobs/${url.searchParams.get("mount")}`, route.repository);
    const id = await unfinished.begin();
    if (digest) return finish(asked, route.repository, id, parseDigest(digest), to);
    return accepted(asked, route.repository, id, 0);
  }
  if (route.kind === "upload" && method === "PATCH upload") {
    const begin = /^(\d+)-\d+$/.exec(request.headers["content-range"] ?? "")?.[1];
    // Out of order (distribution-spec, "Pushing a blob in chunks").
    if (begin !== undefined && Number(begin) !== (await unfinished.size(route.id)))
      return sendRefusal(request, response, { status: 416, code: "RANGE_INVALID", message: route.id });
    const size = await unfinished.append(route.id, request);
    if (size !== undefined) return accepted(asked, route.repository, route.id, size);
  }
  if (route.kind === "upload" && method === "DELETE upload") {
    await unfinished.drop(route.id);
    return sendBytes(request, response, 204, {}, "");
  }
  if (route.kind === "upload" && method === "PUT upload")
    return finish(asked, route.repository, route.id, parseDigest(digest ?? ""), to);
  return sendRefusal(request, response, { status: 404, code: "BLOB_UPLOAD_UNKNOWN", message: method });
}

async function finish(asked: Asked, repository: string, id: string, digest: Digest, to: Repository): Promise<void> {
  const { request, response, unfinished } = asked;
  if ((await unfinished.append(id, request)) === undefined)
    return sendRefusal(request, response, { status: 404, code: "BLOB_UPLOAD_UNKNOWN", message: id });
  await unfinished.finish(id, digest, to.store);
  return created(asked, `blobs/${digest}`, repository, digest);
}

// A blob of another repository is taken over without its bytes; where it is missing, an upload begins.
async function mounted({ url, find }: Asked, to: Repository): Promise<boolean> {
  const [mount, from] = [url.searchParams.get("mount"), url.searchParams.get("from")];
  const path = mount && from ? find(from)?.store.path(parseDigest(mount)) : undefined;
  const size = path === undefined ? undefined : await sizeOf(path);
  if (!mount || path === undefined || size === undefined) return false;
  await to.store.put({ digest: parseDigest(mount), size }, createReadStream(path));
  return true;
}

async function status({ request, response, unfinished }: Asked, repository: string, id: string): Promise<void> {
  const size = await unfinished.size(id);
  if (size === undefined)
    return sendRefusal(request, response, { status: 404, code: "BLOB_UPLOAD_UNKNOWN", message: id });
  const location = `/v2/${repository}/blobs/uploads/${id}`;
  sendBytes(request, response, 204, { location, range: `0-${Math.max(0, size - 1)}` }, "");
}

function created({ request, response }: Asked, place: string, repository: string, digest?: Digest): void {
  const location = `/v2/${repository}/${place}`;
  sendBytes(request, response, 201, { location, ...(digest ? { "docker-content-digest": digest } : {}) }, "");
}

function accepted({ request, response }: Asked, repository: string, id: string, size: number): void {
  const location = `/v2/${repository}/blobs/uploads/${id}`;
  const headers = { location, "docker-upload-uuid": id, range: `0-${Math.max(0, size - 1)}` };
  sendBytes(request, response, 202, headers, "");
}

async function boundedBody(request: IncomingMessage): Promise<Buffer | undefined> {
  return Number(request.headers["content-length"] ?? Number.NaN) <= MAX_MANIFEST ? buffer(request) : undefined;
}

function failed(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  // Too late for another answer: cutting the connection tells the client that the body is not whole.
  if (response.headersSent) return void response.destroy();
  sendRefusal(request, response, refusalOf(error));
}

function refusalOf(error: unknown): Refusal {
  if (errnoOf(error) === "ENOENT") return { status: 404, code: "BLOB_UNKNOWN", message: "blob unknown" };
  if (!(error instanceof BerthError)) return { status: 500, code: "UNKNOWN", message: "internal error" };
  const code = error.code.startsWith("E_DIGEST") ? "DIGEST_INVALID" : "MANIFEST_INVALID";
  return { status: 400, code, message: reasonOf(error) };
}
