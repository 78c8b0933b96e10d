// `berth serve` as a process: how it starts and refuses to, what signals do, and what it leaves behind.

import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { hasMunge, startMunge, type TestMunge } from "../support/munge.ts";
import { hasPostgres, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { freePort } from "../support/registry.ts";
import { makeSite, type TestSite } from "./site.ts";

const sites: TestSite[] = [];
afterEach(async () => {
  for (const site of sites.splice(0)) await site.remove();
});

async function site(...setup: Parameters<typeof makeSite>): Promise<TestSite> {
  const made = await makeSite(...setup);
  sites.push(made);
  return made;
}

const asAdmin = { headers: { authentication: "good:root:root::0:0" } };
const asAlice = { headers: { authentication: "good:alice:alice::500:500" } };

async function autoexpire(url: string, who: RequestInit): Promise<unknown> {
  return (await fetch(`${url}/api/autoexpire/cluster/`, who)).json();
}

describe("berth serve", () => {
  test("answers until it is told to end, and then leaves with status 0", async () => {
    const server = await (await site()).serve();
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${server.url}/api/list/cluster/`, asAlice)).json()).toEqual({ list: [] });
    const { code, stdout } = await server.stop();
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    await expect(fetch(server.url)).rejects.toThrow();
  });

  test("writes nothing but JSON lines, and no credential into any", async () => {
    const server = await (await site()).serve();
    await fetch(`${server.url}/api/list/cluster/?secret=query`, asAlice);
    await fetch(`${server.url}/v2/images`, { headers: { authorization: "Bearer berth_secret" } });
    const { stderr } = await server.stop();
    for (const line of stderr.trim().split("\n")) expect(JSON.parse(line)).toHaveProperty("msg");
    expect(stderr).toContain('"user":"alice"');
    expect(stderr).not.toMatch(/good:alice|berth_secret|query/);
  });

  test("takes up a changed configuration on SIGHUP without refusing anybody", async () => {
    const place = await site({ admins: "root" });
    const server = await place.serve();
    expect(await autoexpire(server.url, asAlice)).toEqual({ status: false });
    await place.configure({ admins: "alice" });
    const busy = keepAsking(`${server.url}/api/list/cluster/`);
    server.signal("SIGHUP");
    await server.said("configuration reloaded");
    expect(await autoexpire(server.url, asAlice)).toEqual({ status: [] });
    expect(await autoexpire(server.url, asAdmin)).toEqual({ status: false });
    expect(await busy.end()).toEqual(new Set([200]));
  });

  test("keeps the configuration it has when the new one is wrong, and says where", async () => {
    const place = await site();
    const server = await place.serve();
    await writeFile(place.config, "gateway:\n  systems: 7\n");
    server.signal("SIGHUP");
    const line = await server.said("the configuration stays as it was");
    expect(JSON.stringify(line)).toMatch(/site\.yaml:2:\d+/);
    expect(await autoexpire(server.url, asAdmin)).toEqual({ status: [] });
  });

  test("keeps it too when the new one asks for a format in a way that cannot be made", async () => {
    const place = await site();
    const server = await place.serve();
    const text = await readFile(place.config, "utf8");
    await writeFile(
      place.config,
      text.replace('"cluster":{', '"cluster":{"converterOptions":{"squashfs":["-nonsense"]},'),
    );
    server.signal("SIGHUP");
    const line = await server.said("the configuration stays as it was");
    expect(JSON.stringify(line)).toContain("-nonsense");
  });

  test("starts again where a killed one has been, and others may not be beside it", async () => {
    const place = await site();
    const first = await place.serve();
    const second = await place.run();
    expect(second.stderr).toContain("another berth server of this machine uses the state folder");
    expect(second.code).not.toBe(0);
    first.signal("SIGKILL");
    await first.ended;
    const third = await place.serve();
    expect((await fetch(`${third.url}/readyz`)).status).toBe(200);
    expect((await third.stop()).code).toBe(0);
  });

  test("answers the last request before it ends", async () => {
    const place = await site();
    const server = await place.serve();
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    const closed = new Promise((resolve) => socket.once("close", resolve));
    // The head is there, the body comes when the server is already ending.
    const body = "{}";
    socket.write(
      `POST /api/pull/cluster/docker/x/ HTTP/1.1\r\nHost: x\r\nauthentication: good:alice:alice::500:500\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    await fetch(`${server.url}/healthz`);
    server.signal("SIGTERM");
    await server.said("stopping");
    socket.write(body);
    await closed;
    expect(answer).toMatch(/^HTTP\/1\.1 \d{3} /);
    expect((await server.ended).code).toBe(0);
  });
});

describe("a server that cannot start says why in a sentence", () => {
  test("without a configuration", async () => {
    const place = await site();
    const { code, stderr } = await place.run("--config", join(place.dir, "nothing.yaml"));
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/nothing\.yaml.*(ENOENT|no such file)/s);
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  test("with a wrong one, in every place", async () => {
    const place = await site();
    await writeFile(place.config, "gateway:\n  sistems: {}\nserver:\n  listen: nowhere\n");
    const { code, stderr } = await place.run("--check");
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/site\.yaml:2:3/);
  });

  test("when somebody else listens there", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    const port = await new Promise<number>((resolve) =>
      other.once("listening", () => resolve((other.address() as { readonly port: number }).port)),
    );
    try {
      const { code, stderr } = await (await site()).run("--listen", `127.0.0.1:${port}`);
      expect(stderr).toContain(`cannot listen on 127.0.0.1:${port}: it is in use`);
      expect(code).not.toBe(0);
    } finally {
      other.close();
    }
  });

  test.each(["nowhere", "host:99999", "unix:relative"])("when told to listen on %s", async (address) => {
    const { code, stderr } = await (await site()).run("--listen", address);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`${address} is no address`)]);
  });

  test("when its folder cannot be made", async () => {
    const place = await site({ stateDir: "site.yaml/state" });
    const { code, stderr } = await place.run();
    expect(stderr).toContain("site.yaml/state cannot be used");
    expect(code).not.toBe(0);
  });

  test("when its database does not answer", async () => {
    const place = await site({ database: `postgres://berth@127.0.0.1:${await freePort()}/none` });
    const { code, stderr } = await place.run();
    expect(stderr).toMatch(/database/);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(code).not.toBe(0);
  });

  test("and says of a good configuration that it is good, starting nothing", async () => {
    const place = await site();
    const { code, stdout } = await place.run("--check");
    expect([code, stdout]).toEqual([0, expect.stringMatching(/site\.yaml: good .*cluster/)]);
    expect(existsSync(join(place.dir, "state"))).toBe(false);
  });
});

describe.skipIf(!hasMunge)("berth serve with munge (skipped where munge is not installed)", () => {
  let munged: TestMunge;
  beforeAll(async () => {
    munged = await startMunge();
  });
  afterAll(() => munged?.stop());

  test("is not ready, and says 503, while munged is away", async () => {
    const server = await (await site({ mungeSocket: munged.socket })).serve();
    const credential = munged.munge();
    await munged.halt();
    const ready = await fetch(`${server.url}/readyz`);
    expect([ready.status, await ready.json()]).toMatchObject([503, { checks: { "munge of cluster": "failed" } }]);
    const refused = await fetch(`${server.url}/api/list/cluster/`, { headers: { authentication: credential } });
    expect(refused.status).toBe(503);
    await munged.start();
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    const taken = await fetch(`${server.url}/api/list/cluster/`, { headers: { authentication: credential } });
    expect(taken.status).toBe(200);
  });
});

describe.skipIf(!hasPostgres)("several servers with one PostgreSQL (skipped where it is not installed)", () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres?.stop());

  test("know each other's tokens, and end each by itself", async () => {
    const database = await postgres.createDatabase();
    const [one, other] = await Promise.all([(await site({ database })).serve(), (await site({ database })).serve()]);
    const made = await fetch(`${one.url}/v2/tokens`, {
      method: "POST",
      headers: { ...asAlice.headers, "content-type": "application/json" },
      body: JSON.stringify({ name: "ci", scopes: ["read"] }),
    });
    const { secret } = (await made.json()) as { readonly secret: string };
    const listed = () => fetch(`${other.url}/v2/tokens`, { headers: { authorization: `Bearer ${secret}` } });
    expect((await listed()).status).toBe(200);
    expect((await one.stop()).code).toBe(0);
    expect((await listed()).status).toBe(200);
    expect((await other.stop()).code).toBe(0);
  });

  test("read the database's password from its file, and do not start without it", async () => {
    const database = await postgres.createDatabase();
    const place = await site({ database, passwordFile: "password" });
    const { stderr } = await place.run();
    expect(stderr).toMatch(/password file .*password cannot be read/);
    await writeFile(join(place.dir, "password"), "s3:c/r@t\n");
    const server = await place.serve();
    expect((await server.stop()).stderr).not.toContain("s3:c");
  });
});

/** Asks over and over until told to end; answers the statuses seen. */
function keepAsking(url: string) {
  const statuses = new Set<number>();
  let over = false;
  const asking = (async () => {
    while (!over) statuses.add((await fetch(url, asAlice).catch(() => ({ status: 0 }))).status);
  })();
  return {
    async end() {
      over = true;
      await asking;
      return statuses;
    },
  };
}
