// A site that runs services and has no image gateway, on a machine whose engine is not there: it serves what needs neither.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tokenBook } from "../../src/gateway/auth/tokens.ts";
import { composeGateway } from "../../src/server/compose.ts";
import { makeLogger } from "../../src/server/logger.ts";
import { type RunningServer, startServer } from "../../src/server/start-server.ts";
import { parseGatewayConfig } from "../../src/site/read-config.ts";
import { openStore } from "../../src/store/index.ts";

let dir: string;
let server: RunningServer;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-alone-"));
  const file = join(dir, "site.yaml");
  const text = `server: { listen: "127.0.0.1:0", stateDir: state }
services: { engine: { address: "unix://${dir}/no-engine.sock" }, accounts: { admins: [root] } }
`;
  const env = { PATH: process.env["PATH"] };
  const user = { uid: process.getuid?.() ?? 0, gid: 0, name: "root", home: dir };
  const config = await parseGatewayConfig({ name: file, text }, { file, cwd: dir, env, user } as never);
  const log = makeLogger("fatal", { write: () => {} } as never);
  server = await startServer(config, { log, compose: composeGateway({ env, userAgent: "berth/test" }) });
});
afterAll(async () => {
  await server?.stop();
  await rm(dir, { recursive: true, force: true });
});

test("it says that only the engine is missing", async () => {
  const answer = await fetch(`${server.url}/readyz`);
  expect(answer.status).toBe(503);
  const { checks } = (await answer.json()) as { readonly checks: Readonly<Record<string, string>> };
  expect(checks).toMatchObject({ engine: "failed", database: "ok" });
});

test("Shifter's routes and the mirror are not there", async () => {
  expect((await fetch(`${server.url}/api/list/x/`)).status).toBe(404);
  expect((await fetch(`${server.url}/v2/library/alpine/manifests/3`)).status).toBe(404);
});

test("somebody with a token sees his stacks, and a deployment waits for nobody: it is refused while the engine is away", async () => {
  const store = await openStore(`sqlite:${join(dir, "state/berth.db")}`, { now: () => Date.now() / 1000 });
  const { secret } = await tokenBook(store)
    .make({ name: "t", uid: 33, gid: 33, user: "www-data", scopes: ["manage"], expires: null })
    .finally(() => store.close());
  const headers = { authorization: `Bearer ${secret}`, "content-type": "application/json" };
  const list = await fetch(`${server.url}/v2/stacks`, { headers });
  expect(await list.json()).toEqual({ items: [] });
  const files = [{ name: "compose.yaml", text: "services: { web: { image: a/b:1 } }" }];
  const wish = { name: "rover", compose: ["compose.yaml"], files };
  const body = JSON.stringify(wish);
  const answer = await fetch(`${server.url}/v2/stacks/propose`, { method: "POST", headers, body });
  expect(answer.status).toBe(503);
});
