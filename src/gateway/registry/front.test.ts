// The front of the site's registry beside other routes of a server, before a registry that says what it was asked.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import fastify, { type FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBackend } from "./backend.ts";
import { registryFront } from "./front.ts";

let behind: Server;
let app: FastifyInstance;

beforeAll(async () => {
  behind = createServer(async (request, response) => {
    let bytes = 0;
    for await (const chunk of request) bytes += (chunk as Buffer).length;
    const asked = { method: request.method, url: request.url, bytes, host: request.headers.host };
    response.writeHead(202, { "content-type": "application/json", location: "/v2/a/b?x=1", connection: "close" });
    response.end(request.method === "HEAD" ? undefined : JSON.stringify(asked));
  });
  await new Promise<void>((resolve) => behind.listen(0, "127.0.0.1", resolve));
  app = fastify({ bodyLimit: 1000 });
  const backend = openBackend({ kind: "tcp", host: "127.0.0.1", port: (behind.address() as AddressInfo).port });
  const guard = {
    putting: async (_: unknown, put: () => ReturnType<typeof backend.send>) => put(),
    reading: async () => {},
  };
  await app.register(registryFront({ backend, guard, host: "registry.example" }));
  app.get("/v2/*", async () => "the mirror");
  app.get("/v2/repositories", async () => "the list");
  app.addHook("onClose", async () => backend.close());
  await app.listen({ port: 0, host: "127.0.0.1" });
});
afterAll(async () => {
  await app.close();
  behind.close();
});

function ask(
  host: string,
  method: "GET" | "HEAD" | "PUT" | "POST" | "PATCH" | "DELETE",
  url: string,
  payload?: Buffer | string,
) {
  return app.inject({ method, url, headers: { host }, ...(payload === undefined ? {} : { payload }) });
}

describe("the front", () => {
  test.each(["registry.example", "registry.example:5000", "REGISTRY.example"])("answers as %s", async (host) => {
    const answer = await ask(host, "GET", "/v2/geo/a/tags/list?n=1");
    expect([answer.statusCode, answer.headers["location"]]).toEqual([202, "/v2/a/b?x=1"]);
    expect(answer.json()).toEqual({ method: "GET", url: "/v2/geo/a/tags/list?n=1", bytes: 0, host });
  });

  test.each(["gateway.example", "registry.example.org", "xregistry.example", "registryXexample"])(
    "leaves %s to others",
    async (host) => {
      expect((await ask(host, "GET", "/v2/geo/a/tags/list")).body).toBe("the mirror");
    },
  );

  test("leaves the gateway's own paths to it under every name", async () => {
    expect((await ask("registry.example", "GET", "/v2/repositories")).body).toBe("the list");
  });

  test.each(["POST", "PUT", "PATCH"] as const)("passes the body of a %s on, whatever its size", async (method) => {
    const answer = await ask("registry.example", method, "/v2/geo/a/blobs/uploads/1", Buffer.alloc(2_000_000));
    expect(answer.json()).toMatchObject({ method, bytes: 2_000_000 });
  });

  test("passes a delete and a head on", async () => {
    expect((await ask("registry.example", "DELETE", "/v2/geo/a/manifests/1")).json()).toMatchObject({
      method: "DELETE",
    });
    expect((await ask("registry.example", "HEAD", "/v2/geo/a/manifests/1")).statusCode).toBe(202);
  });

  test("refuses a manifest that is too large", async () => {
    const answer = await ask("registry.example", "PUT", "/v2/geo/a/manifests/1", Buffer.alloc(5_000_000));
    expect([answer.statusCode, answer.json().errors[0].code]).toEqual([413, "MANIFEST_INVALID"]);
  });

  test("says so when the registry is not there", async () => {
    const lone = fastify();
    const backend = openBackend({ kind: "unix", path: "/nonexistent/registry.sock" });
    const guard = {
      putting: async (_: unknown, put: () => ReturnType<typeof backend.send>) => put(),
      reading: async () => {},
    };
    await lone.register(registryFront({ backend, guard, host: undefined }));
    const answer = await lone.inject({ method: "GET", url: "/v2/" });
    expect([answer.statusCode, answer.json().errors[0].code]).toEqual([502, "UNKNOWN"]);
    await lone.close();
  });
});
