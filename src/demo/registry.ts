// The registry of the demo: an OCI layout served on loopback, with every request written down, so that the demo can
// prove what a pull asked for.

import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Descriptor } from "../oci/types.ts";
import { blobPath } from "./layer-writer.ts";

/** One request that the registry was asked. */
export interface Request {
  readonly method: string;
  readonly path: string;
}

export interface DemoRegistry {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  readonly repository: string;
  /** What `berth pull` is given. */
  readonly reference: string;
  /** All requests so far, in the order of their coming. */
  requests(): readonly Request[];
  close(): Promise<void>;
}

const REPOSITORY = "demo/python";

/** Serves the layout until it is closed, or the signal ends it. */
export async function openRegistry(layout: string, signal: AbortSignal): Promise<DemoRegistry> {
  const requests: Request[] = [];
  const index = JSON.parse(await readFile(join(layout, "index.json"), "utf8")) as {
    readonly manifests: readonly Tagged[];
  };
  const server = createServer((request, response) => {
    requests.push({ method: request.method ?? "", path: request.url ?? "" });
    answer(layout, index.manifests, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port: 0, host: "127.0.0.1", signal }, resolve);
  });
  const bound = server.address();
  const address = `127.0.0.1:${typeof bound === "object" ? bound?.port : ""}`;
  return {
    address,
    repository: REPOSITORY,
    reference: `docker://${address}/${REPOSITORY}:1`,
    requests: () => requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Tagged = Descriptor & { readonly annotations?: Readonly<Record<string, string>> };

async function answer(
  layout: string,
  manifests: readonly Tagged[],
  request: IncomingMessage,
  response: ServerResponse,
) {
  if (request.method !== "GET" && request.method !== "HEAD") return refuse(response, 405, "UNSUPPORTED");
  if (request.url === "/v2/") return response.writeHead(200, { "content-type": "application/json" }).end("{}");
  const [, kind, name = ""] = /^\/v2\/demo\/python\/(manifests|blobs)\/([\w.:-]+)$/.exec(request.url ?? "") ?? [];
  if (kind === "manifests") {
    const tagged = manifests.find(
      ({ digest, annotations }) => digest === name || annotations?.["org.opencontainers.image.ref.name"] === name,
    );
    if (!tagged) return refuse(response, 404, "MANIFEST_UNKNOWN");
    return send(layout, tagged.digest, tagged.mediaType, request, response);
  }
  if (kind === "blobs" && /^sha256:[0-9a-f]{64}$/.test(name))
    return send(layout, name, "application/octet-stream", request, response);
  return refuse(response, 404, "NAME_UNKNOWN");
}

async function send(layout: string, digest: string, type: string, request: IncomingMessage, response: ServerResponse) {
  const path = blobPath(layout, digest.slice("sha256:".length));
  const size = await stat(path).then(
    (info) => info.size,
    () => undefined,
  );
  if (size === undefined) return refuse(response, 404, "BLOB_UNKNOWN");
  response.writeHead(200, { "content-type": type, "content-length": size, "docker-content-digest": digest });
  if (request.method === "HEAD") return response.end();
  return pipeline(createReadStream(path), response);
}

function refuse(response: ServerResponse, status: number, code: string) {
  return response
    .writeHead(status, { "content-type": "application/json" })
    .end(JSON.stringify({ errors: [{ code, message: code }] }));
}
