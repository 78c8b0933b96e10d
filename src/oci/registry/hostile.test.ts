// What a client does when those it talks to misbehave: small servers that answer wrongly on purpose.

import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { type RogueServer, startRogueServer } from "../../../tests/support/rogue-server.ts";
import { type Digest, digestOf } from "../../base/digest.ts";
import type { Credential } from "../auth/credential.ts";
import { MEDIA } from "../media-types.ts";
import { parseReference } from "../reference.ts";
import { type RegistryOptions, registryClient } from "./client.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const MANIFEST = JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociManifest, layers: [] });
const LOGIN = { kind: "password", username: "u", password: "secret", source: "the test" } as const satisfies Credential;

const running: RogueServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

async function rogue(answer: Answer): Promise<RogueServer> {
  const server = await startRogueServer(answer);
  running.push(server);
  return server;
}

const quick: RegistryOptions = {
  env: {},
  certDirs: [],
  retry: { base: 1, retries: 2 },
  credentials: async () => LOGIN,
};

async function get(host: string, options: RegistryOptions = {}, digest?: Digest, signal?: AbortSignal) {
  const client = registryClient({ ...quick, ...options });
  try {
    return await client.manifest(parseReference(`${host}/a/b:v1`), digest, { signal });
  } finally {
    await client.close();
  }
}

const sendManifest: Answer = (_, response) => {
  response.writeHead(200, { "content-type": MEDIA.ociManifest }).end(MANIFEST);
};

const secrets = (server: RogueServer) => server.seen.filter((r) => r.headers.authorization !== undefined);

describe("logins stay where they belong", () => {
  test("a redirect to another host gets no login, and its 401 starts no conversation", async () => {
    const thief = await rogue((_, response) => {
      response.writeHead(401, { "www-authenticate": 'Basic realm="give"' }).end();
    });
    const registry = await rogue((request, response) => {
      if (!request.headers.authorization) response.writeHead(401, { "www-authenticate": 'Basic realm="r"' }).end();
      else response.writeHead(307, { location: `${thief.url}/x` }).end();
    });
    await expect(get(registry.host)).rejects.toMatchObject({ code: "E_REDIRECTED_STATUS" });
    expect(thief.seen).toHaveLength(1);
    expect(secrets(thief)).toHaveLength(0);
  });

  test("a redirect that comes back does not bring the login back", async () => {
    const back = await rogue((request, response) => {
      response.writeHead(307, { location: `${registry.url}/again?${request.headers.authorization ?? "none"}` }).end();
    });
    const registry: RogueServer = await rogue((request, response) => {
      if (request.url?.startsWith("/again")) return sendManifest(request, response);
      if (!request.headers.authorization) response.writeHead(401, { "www-authenticate": "Basic" }).end();
      else response.writeHead(307, { location: `${back.url}/x` }).end();
    });
    await get(registry.host);
    expect(registry.seen.at(-1)).toMatchObject({
      url: "/again?none",
      headers: expect.not.objectContaining({ authorization: expect.anything() }),
    });
  });

  test("a mirror's challenge gets the mirror's login, never that of the registry or of this call", async () => {
    const asked: (readonly [string, boolean])[] = [];
    const mirror = await rogue((_, response) => {
      response.writeHead(401, { "www-authenticate": `Bearer realm="${tokens.url}/t",service="s"` }).end();
    });
    const tokens = await rogue((_, response) => response.end('{"token":"t"}'));
    const registry = await rogue(sendManifest);
    const rule = { prefix: registry.host, insecure: false, blocked: false, source: "test" };
    const registries = {
      rules: [{ ...rule, mirrors: [{ location: mirror.host, insecure: false, pull: "all" as const }] }],
    };
    const credentials = async (host: string, _: string, call: { named: boolean }) => {
      asked.push([host, call.named]);
      return host === registry.host || call.named ? LOGIN : undefined;
    };
    await get(registry.host, { registries, credentials });
    expect(asked).toEqual([[mirror.host, false]]);
    expect(secrets(tokens)).toHaveLength(0);
  });

  test("a token server without HTTPS elsewhere than on this machine is sent nothing", async () => {
    for (const realm of ["http://auth.example/token", "ftp://127.0.0.1/", "//x", ""]) {
      const registry = await rogue((_, response) => {
        response.writeHead(401, { "www-authenticate": `Bearer realm="${realm}"` }).end();
      });
      await expect(get(registry.host)).rejects.toMatchObject({ code: "E_AUTH_REALM" });
    }
  });

  test("a token server that redirects takes the login nowhere", async () => {
    const thief = await rogue((_, response) => response.end('{"token":"t"}'));
    const tokens = await rogue((_, response) => response.writeHead(302, { location: thief.url }).end());
    const registry = await rogue((request, response) => {
      if (request.headers.authorization) return sendManifest(request, response);
      response.writeHead(401, { "www-authenticate": `Bearer realm="${tokens.url}"` }).end();
    });
    await get(registry.host);
    expect(secrets(tokens)).toHaveLength(1);
    expect(secrets(thief)).toHaveLength(0);
    const refresh = { kind: "identity", token: "refresh-secret", source: "the test" } as const;
    await expect(get(registry.host, { credentials: async () => refresh })).rejects.toMatchObject({
      code: "E_REGISTRY_STATUS",
    });
    expect(thief.seen).toHaveLength(1);
  });

  test("a token with a line end in it is refused", async () => {
    const registry: RogueServer = await rogue((request, response) => {
      if (request.url?.startsWith("/t")) return void response.end(JSON.stringify({ token: "a\r\nx: y" }));
      response.writeHead(401, { "www-authenticate": `Bearer realm="${registry.url}/t"` }).end();
    });
    await expect(get(registry.host)).rejects.toMatchObject({ code: "E_TOKEN" });
  });

  test("an ended token is fetched anew, a refused one is not asked for for ever", async () => {
    let ended = false;
    let tokens = 0;
    const registry: RogueServer = await rogue((request, response) => {
      if (request.url?.startsWith("/t")) {
        tokens += 1;
        return void response.end(JSON.stringify({ token: `t${tokens}`, expires_in: 300 }));
      }
      const good = request.headers.authorization === `Bearer t${tokens}` && !ended;
      if (good) return sendManifest(request, response);
      ended = false;
      response.writeHead(401, { "www-authenticate": `Bearer realm="${registry.url}/t"` }).end();
    });
    const client = registryClient(quick);
    const reference = parseReference(`${registry.host}/a/b:v1`);
    await client.manifest(reference, undefined, {});
    await client.manifest(reference, undefined, {});
    expect(tokens).toBe(1);
    ended = true;
    await client.manifest(reference, undefined, {});
    expect(tokens).toBe(2);
    await client.close();
    const refusing: RogueServer = await rogue((request, response) => {
      if (request.url?.startsWith("/t")) return void response.end('{"token":"x"}');
      response.writeHead(401, { "www-authenticate": `Bearer realm="${refusing.url}/t"` }).end();
    });
    await expect(get(refusing.host)).rejects.toMatchObject({ code: "E_AUTH_REFUSED" });
    expect(refusing.seen.length).toBeLessThan(8);
  });
});

describe("wrong answers", () => {
  test("other bytes than the digest says", async () => {
    const registry = await rogue(sendManifest);
    await expect(get(registry.host, {}, digestOf("something else"))).rejects.toMatchObject({
      code: "E_DIGEST_MISMATCH",
    });
    const lying = await rogue((_, response) => {
      response
        .writeHead(200, { "docker-content-digest": digestOf("else"), "content-type": MEDIA.ociManifest })
        .end(MANIFEST);
    });
    await expect(get(lying.host)).rejects.toMatchObject({ code: "E_DIGEST_MISMATCH" });
  });

  test("a manifest that does not end is cut off", async () => {
    let sent = 0;
    const registry = await rogue((_, response) => {
      response.writeHead(200, { "content-type": MEDIA.ociManifest });
      const more = () => {
        if (response.destroyed) return;
        sent += 65_536;
        if (response.write(Buffer.alloc(65_536, 32))) setImmediate(more);
        else response.once("drain", more);
      };
      more();
    });
    await expect(get(registry.host)).rejects.toMatchObject({ code: "E_MANIFEST_SIZE" });
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  test("a page for people, as behind a hotel's network", async () => {
    const registry = await rogue((_, response) =>
      response.writeHead(200, { "content-type": "text/html" }).end("<html>"),
    );
    await expect(get(registry.host)).rejects.toMatchObject({ code: "E_REGISTRY_ANSWER" });
  });

  test("redirects in a circle, to nowhere, and to a file", async () => {
    for (const location of ["/v2/a/b/manifests/v1", "http://[", "file:///etc/passwd"]) {
      const registry = await rogue((_, response) => response.writeHead(302, { location }).end());
      await expect(get(registry.host)).rejects.toMatchObject({ code: "E_REDIRECT" });
    }
  });

  test("an error text is shown on one line without control characters, queries and floods", async () => {
    const message = `no\x1b[2J\nway https://s3.example/b?X-Signature=abc ${"z".repeat(5000)}`;
    const registry = await rogue((_, response) => {
      response.writeHead(403).end(JSON.stringify({ errors: [{ code: "DENIED", message }] }));
    });
    const error = await get(registry.host).catch((e: Error) => e);
    expect(error).toMatchObject({ code: "E_DENIED" });
    expect(String(error)).toContain("no [2J way https://s3.example/b?… zzz");
    expect(String(error)).not.toMatch(/abc|[\x00-\x1f]/);
    expect(String(error).length).toBeLessThan(600);
  });

  test("a range that was not asked for", async () => {
    const registry = await rogue((_, response) => {
      response.writeHead(206, { "content-range": "bytes 0-3/100" }).end("abcd");
    });
    const client = registryClient(quick);
    const wanted = { mediaType: "x", digest: digestOf("x"), size: 100 };
    const reference = parseReference(`${registry.host}/a/b:v1`);
    await expect(client.blob(reference, wanted, { from: 50 })).rejects.toMatchObject({ code: "E_REGISTRY_ANSWER" });
    await client.close();
  });
});

describe("patience", () => {
  test("a registry in trouble is asked again; Retry-After is heeded", async () => {
    const waits: number[] = [];
    const clock = { now: () => 0, sleep: async (milliseconds: number) => void waits.push(milliseconds) };
    let left = 2;
    const registry = await rogue((request, response) => {
      left -= 1;
      if (left === 1) response.writeHead(503, { "retry-after": "7" }).end();
      else if (left === 0) response.writeHead(502).end();
      else sendManifest(request, response);
    });
    await get(registry.host, { clock });
    expect(waits[0]).toBe(7000);
    expect(waits).toHaveLength(2);
  });

  test("a cut connection is asked again", async () => {
    let cut = true;
    const registry = await rogue((request, response) => {
      if (cut) request.socket.destroy();
      else sendManifest(request, response);
      cut = false;
    });
    await get(registry.host);
    expect(registry.seen).toHaveLength(2);
  });

  test("a rate limit is explained: whose, how much, when it resets, how to log in", async () => {
    const registry = await rogue((_, response) => {
      const headers = { "ratelimit-limit": "100;w=21600", "retry-after": "3600" };
      response.writeHead(429, headers).end('{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}');
    });
    const error = await get(registry.host, { credentials: async () => undefined }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "E_RATE_LIMITED", hint: expect.stringContaining("berth registry login") });
    expect(String(error)).toMatch(/anonymous callers.*100 requests in 6 h; it resets in 60 min\): slow down$/);
    expect(registry.seen).toHaveLength(1);
  });

  test("silence ends in a time-out, before the answer and in its middle", async () => {
    const timeouts = { headers: 100, body: 100 };
    const mute = await rogue(() => {});
    await expect(get(mute.host, { timeouts, retry: { retries: 0 } })).rejects.toMatchObject({ code: "E_TIMEOUT" });
    const stalling = await rogue((_, response) => void response.writeHead(200, { "content-length": "99" }).write("{"));
    await expect(get(stalling.host, { timeouts, retry: { retries: 0 } })).rejects.toMatchObject({ code: "E_TIMEOUT" });
  });

  test("a signal ends a request, a body and a wait at once", async () => {
    const reason = new Error("enough");
    const mute = await rogue(() => {});
    const busy = await rogue((_, response) => response.writeHead(503, { "retry-after": "50" }).end());
    for (const server of [mute, busy]) {
      const abort = new AbortController();
      const asked = get(server.host, {}, undefined, abort.signal);
      while (server.seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
      abort.abort(reason);
      await expect(asked).rejects.toBeDefined();
    }
  });

  test("nobody at the port is said soon and plainly", async () => {
    const gone = await rogue(() => {});
    await gone.stop();
    await expect(get(gone.host)).rejects.toThrow(`cannot reach ${gone.host}: connect: connection refused`);
  });
});
