// The mirror as its clients' protocol sees it, before real registries: what is asked upstream, who may read what, what
// is answered while the upstream is away or refuses.

import { spawnSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestOf } from "../../src/base/digest.ts";
import { installed } from "../support/ordinary-user.ts";
import { hasRegistry, startRegistry, type TestRegistry } from "../support/registry.ts";
import type { SampleImage } from "../support/sample-image.ts";
import { basic, location, pushSample, requestsFor, startMirror, type TestMirror } from "./world.ts";

const reason = !hasRegistry ? "no docker-registry" : installed("skopeo") ? undefined : "no skopeo";
const LOGIN = { username: "anna", password: "secret" };

describe.skipIf(reason)(`the mirror${reason ? ` [${reason}]` : ""}`, () => {
  let open: TestRegistry;
  let closed: TestRegistry;
  let world: TestMirror;
  let image: SampleImage;
  let secret: SampleImage;
  const ask = (path: string, init: RequestInit = {}) => fetch(`http://${world.host}/v2/${path}`, init);
  const asAnna = { headers: { authorization: basic("anna:secret") } };

  beforeAll(async () => {
    [open, closed] = await Promise.all([startRegistry(), startRegistry({ basic: LOGIN })]);
    image = await pushSample(open, "library/tool:1", { size: 5_000_000 });
    secret = await pushSample(closed, "team/app:1", { login: "anna:secret" });
    world = await startMirror({ locations: [location("hub", open.url), location("site", closed.url)] });
  });
  afterAll(async () => {
    await world?.stop();
    await Promise.all([open?.stop(), closed?.stop()]);
  });

  test("asks its upstream once for each digest, however many clients come at once", async () => {
    const clients = Array.from({ length: 50 }, async () => {
      const manifest = await ask("library/tool/manifests/1");
      expect(manifest.headers.get("docker-content-digest")).toBe(image.manifestDigest);
      expect(digestOf(await manifest.bytes())).toBe(image.manifestDigest);
      const layer = await ask(`library/tool/blobs/${image.layer.digest}`);
      expect(digestOf(await layer.bytes())).toBe(image.layer.digest);
      const config = await ask(`library/tool/blobs/${image.configDigest}`);
      expect(digestOf(await config.bytes())).toBe(image.configDigest);
    });
    await Promise.all(clients);
    expect(requestsFor(open, "GET", `/manifests/${image.manifestDigest}`)).toBe(1);
    expect(requestsFor(open, "GET", `/blobs/${image.layer.digest}`)).toBe(1);
    expect(requestsFor(open, "GET", `/blobs/${image.configDigest}`)).toBe(1);
    expect(requestsFor(open, "HEAD", "/library/tool/")).toBe(1);
  });

  test.each([
    ["its default location", "library/tool/manifests/1"],
    ["containerd's ns", "library/tool/manifests/1?ns=HOST"],
    ["a location's name in the path", "hub/library/tool/manifests/1"],
    ["a host in the path", "HOST/library/tool/manifests/1"],
  ])("finds the registry by %s", async (_, path) => {
    const answer = await ask(path.replace("HOST", open.host));
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("application/vnd.oci.image.manifest.v1+json");
    expect(digestOf(await answer.bytes())).toBe(image.manifestDigest);
  });

  test.each([
    "example.org/tool/manifests/1",
    "169.254.169.254/latest/manifests/1",
    "library/tool/manifests/1?ns=example.org",
    "library/tool/manifests/1?ns=127.0.0.1:22",
    "library//tool/manifests/1",
    "library/TOOL/manifests/1",
    "library/tool/blobs/sha256:12",
    "library/tool/blobs/uploads/x",
    "_catalog",
  ])("has nothing for %s", async (path) => {
    const answer = await ask(path);
    expect([400, 404]).toContain(answer.status);
    expect(await answer.json()).toMatchObject({ errors: [{ code: expect.stringMatching(/^[A-Z_]+$/) }] });
  });

  test("answers heads and ranges", async () => {
    const path = `library/tool/blobs/${image.layer.digest}`;
    const head = await ask(path, { method: "HEAD" });
    expect(head.headers.get("content-length")).toBe(String(image.layer.size));
    const part = await ask(path, { headers: { range: "bytes=10-19" } });
    expect([part.status, part.headers.get("content-range")]).toEqual([206, `bytes 10-19/${image.layer.size}`]);
    expect(Buffer.from(await part.bytes())).toEqual(image.layer.bytes.subarray(10, 20));
    const beyond = await ask(path, { headers: { range: `bytes=${image.layer.size}-` } });
    expect(beyond.status).toBe(416);
    const manifest = await ask("library/tool/manifests/1", { method: "HEAD" });
    expect(manifest.headers.get("content-length")).toBe(String(image.manifestBytes.length));
  });

  test("passes lists of tags on, and what the upstream says of referrers", async () => {
    expect(await (await ask("hub/library/tool/tags/list?n=5")).json()).toEqual({
      name: "hub/library/tool",
      tags: ["1"],
    });
    expect((await ask(`library/tool/referrers/${image.manifestDigest}`)).status).toBe(404);
  });

  test("takes no writes", async () => {
    const answer = await ask("library/tool/blobs/uploads/", { method: "POST", body: "x" });
    expect(answer.status).toBe(405);
    expect(await answer.json()).toMatchObject({ errors: [{ code: "UNSUPPORTED" }] });
  });

  test("says unknown for what the upstream does not have", async () => {
    expect(await (await ask("library/tool/manifests/2")).json()).toMatchObject({
      errors: [{ code: "MANIFEST_UNKNOWN" }],
    });
    const none = `sha256:${"0".repeat(64)}`;
    expect((await ask(`library/tool/blobs/${none}`)).status).toBe(404);
  });

  test("opens a private image to the login that the registry accepts, and to no other", async () => {
    const path = "site/team/app/manifests/1";
    const nobody = await ask(path);
    expect([nobody.status, nobody.headers.get("www-authenticate")]).toEqual([401, expect.stringMatching(/^Basic /)]);
    const wrong = await ask(path, { headers: { authorization: basic("anna:guess") } });
    expect(wrong.status).toBe(403);
    const right = await ask(path, asAnna);
    expect(digestOf(await right.bytes())).toBe(secret.manifestDigest);
    expect((await ask(path)).status).toBe(401);
    expect((await ask(path, { headers: { authorization: basic("anna:guess") } })).status).toBe(403);
  });

  test("does not give a private blob out of the store under a public name", async () => {
    const { digest } = secret.layer;
    expect((await ask(`site/team/app/blobs/${digest}`, asAnna)).status).toBe(200);
    expect((await ask(`site/team/app/blobs/${digest}`)).status).toBe(401);
    expect((await ask(`library/tool/blobs/${digest}`)).status).toBe(404);
    expect((await ask(`library/tool/manifests/${secret.manifestDigest}`)).status).toBe(404);
  });

  test("remembers a login's verdict rather than asking with every request", async () => {
    await ask("site/team/app/manifests/1", asAnna);
    const before = requestsFor(closed, "GET", "/team/app/") + requestsFor(closed, "HEAD", "/team/app/");
    for (let i = 0; i < 5; i += 1) await ask("site/team/app/manifests/1", asAnna);
    const after = requestsFor(closed, "GET", "/team/app/") + requestsFor(closed, "HEAD", "/team/app/");
    expect(after).toBe(before);
  });
});

describe.skipIf(reason)(`a mirror of a registry with TLS and a token server${reason ? ` [${reason}]` : ""}`, () => {
  test("trusts the authority that the location names, and hands the caller's login to the token server", async () => {
    const registry = await startRegistry({ tls: true, token: { users: { anna: "secret" } } });
    const caFile = registry.authority?.ca;
    const image = await pushSample(registry, "team/app:1", { login: "anna:secret" });
    const at = location("site", registry.url);
    const [world, blind] = [
      await startMirror({ locations: [{ ...at, caFile }] }),
      await startMirror({ locations: [at] }),
    ];
    try {
      const ask = (host: string, login?: string) =>
        fetch(`http://${host}/v2/team/app/manifests/1`, { headers: login ? { authorization: basic(login) } : {} });
      expect((await ask(world.host)).status).toBe(401);
      expect((await ask(world.host, "anna:guess")).status).toBe(403);
      const right = await ask(world.host, "anna:secret");
      expect(digestOf(await right.bytes())).toBe(image.manifestDigest);
      expect((await ask(blind.host, "anna:secret")).status).toBe(502);
      const logins = registry.tokens?.seen.flatMap(({ authorization }) => authorization ?? []) ?? [];
      expect(logins.every((login) => login.startsWith("Basic "))).toBe(true);
    } finally {
      await world.stop();
      await blind.stop();
      await registry.stop();
    }
  });
});

describe.skipIf(reason)(`a mirror whose upstream is away${reason ? ` [${reason}]` : ""}`, () => {
  test("answers what it had and says how old it is, also after a restart", async () => {
    let clock = 1_000_000;
    const now = () => clock;
    const registry = await startRegistry();
    const image = await pushSample(registry, "library/tool:1");
    const locations = [location("hub", registry.url)];
    const first = await startMirror({ locations, now });
    try {
      const pull = async (host: string) => {
        const manifest = await fetch(`http://${host}/v2/library/tool/manifests/1`);
        const layer = await fetch(`http://${host}/v2/library/tool/blobs/${image.layer.digest}`);
        return { manifest, layer: digestOf(await layer.bytes()) };
      };
      expect((await pull(first.host)).manifest.headers.get("berth-stale")).toBeNull();
      await registry.stop();
      clock += 1000;
      const second = await startMirror({ locations, now, dir: first.dir });
      for (const host of [first.host, second.host]) {
        const { manifest, layer } = await pull(host);
        expect([manifest.status, manifest.headers.get("berth-stale")]).toEqual([200, "1000"]);
        expect(layer).toBe(image.layer.digest);
      }
      expect((await fetch(`http://${second.host}/v2/library/other/manifests/1`)).status).toBe(502);
      await second.stop();
    } finally {
      await first.stop();
      await registry.stop();
    }
  });
});

describe("a mirror whose upstream limits it", () => {
  test("passes the refusal on with its time, asks no more until then, and shows the figures", async () => {
    let asked = 0;
    const limits = { "ratelimit-limit": "100;w=21600", "ratelimit-remaining": "0;w=21600", "retry-after": "120" };
    const upstream = createServer((_, response) => {
      asked += 1;
      response.writeHead(429, limits).end('{"errors":[{"code":"TOOMANYREQUESTS"}]}');
    });
    await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
    const { port } = upstream.address() as AddressInfo;
    const world = await startMirror({ locations: [location("hub", `http://127.0.0.1:${port}`)], now: () => 5000 });
    try {
      for (let i = 0; i < 3; i += 1) {
        const answer = await fetch(`http://${world.host}/v2/library/tool/manifests/1`);
        expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "120"]);
      }
      expect(asked).toBe(1);
      expect(world.mirror.rates()).toEqual([
        { upstream: "hub", limit: 100, remaining: 0, window: 21600, at: 5000, refusals: 1 },
      ]);
    } finally {
      await world.stop();
      upstream.close();
      upstream.closeAllConnections();
    }
  });
});

describe("a mirror whose upstream lies", () => {
  test("gives nobody a whole blob that is not what its digest says", async () => {
    const wanted = digestOf("the truth");
    const upstream = createServer((request, response) => {
      if (request.method === "HEAD") return void response.writeHead(200, { "content-length": 9 }).end();
      response.writeHead(200, { "content-length": 9 }).end("not true!");
    });
    await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
    const { port } = upstream.address() as AddressInfo;
    const world = await startMirror({ locations: [location("hub", `http://127.0.0.1:${port}`)] });
    try {
      const got = await fetch(`http://${world.host}/v2/library/tool/blobs/${wanted}`)
        .then((answer) => answer.text())
        .catch(() => "broken off");
      expect(got.length === 9 ? "whole" : "not whole").toBe("not whole");
      expect(spawnSync("find", [world.dir, "-name", wanted.slice(7)], { encoding: "utf8" }).stdout).toBe("");
    } finally {
      await world.stop();
      upstream.close();
      upstream.closeAllConnections();
    }
  });
});
