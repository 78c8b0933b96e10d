// Case 101 of spec/shifter.md 10.6: real credentials of a real munged, good and otherwise; and what comes with them.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasMunge, startMunge, type TestMunge } from "../support/munge.ts";
import { AS_ROOT, ordinaryUser, runAs } from "../support/ordinary-user.ts";
import { startGateway, type TestGateway } from "./gateway-process.ts";
import { asking, askingWith } from "./person.ts";

describe.skipIf(!hasMunge)("a gateway with munge [needs munge]", () => {
  let munge: TestMunge;
  let gateway: TestGateway;
  let aged: { readonly credential: string; readonly madeAt: number };

  beforeAll(async () => {
    munge = await startMunge();
    aged = { credential: munge.munge("--ttl=1"), madeAt: Date.now() };
    const config = { Authentication: "munge" };
    gateway = await startGateway({ config, platform: { mungeSocketPath: munge.socket } });
  });

  afterAll(async () => {
    await gateway?.stop();
    await munge?.stop();
  });

  const list = (authentication: string) => asking(gateway.url, { authentication }).get("/api/list/cluster/");

  test("takes a good credential, once", async () => {
    const credential = munge.munge();
    expect((await list(credential)).status).toBe(200);
    const again = await list(credential);
    expect(again).toMatchObject({ status: 401, body: { error: expect.stringContaining("used before") } });
  });

  test("refuses junk, and credentials of another key", async () => {
    for (const junk of ["junk", "MUNGE:AAAA:", "MUNGE:!", "good:root:root"])
      expect((await list(junk)).status).toBe(401);
    const stranger = await startMunge();
    try {
      expect((await list(stranger.munge())).status).toBe(401);
    } finally {
      await stranger.stop();
    }
  });

  test("refuses one that has expired, and says that it has", async () => {
    await expect.poll(() => Date.now() - aged.madeAt, { timeout: 5000 }).toBeGreaterThan(2500);
    expect(await list(aged.credential)).toMatchObject({
      status: 401,
      body: { error: expect.stringContaining("expired") },
    });
  });

  test.skipIf(!AS_ROOT)("knows who made it [needs root]", async () => {
    const ordinary = ordinaryUser();
    const words = ["munge", "-S", munge.socket, "-n"];
    const made = { root: () => munge.munge(), other: () => runAs(ordinary, words, { cwd: "/" }).stdout.trim() };
    const asked = (make: () => string) => askingWith(gateway.url, () => ({ authentication: make() }));
    expect((await asked(made.root).get("/api/autoexpire/cluster/")).body).toEqual({ status: [] });
    expect((await asked(made.other).get("/api/autoexpire/cluster/")).body).toEqual({ status: false });
    expect((await asked(made.other).get("/v2/whoami")).body).toMatchObject({ uid: ordinary.uid, via: "munge" });
  });

  test("reads the logins in a credential, and takes any other payload for none", async () => {
    const logins = JSON.stringify({ authorized_locations: { "docker.io": "ann:se:same" } });
    const who = (payload: string) =>
      asking(gateway.url, { authentication: munge.munge("-s", payload) }).get("/v2/whoami");
    expect((await who(logins)).body).toMatchObject({ registries: ["docker.io"] });
    for (const other of ["hello", "[]", '{"authorized_locations":7}']) {
      expect(await who(other)).toMatchObject({ status: 200, body: { registries: [] } });
    }
    expect(gateway.log()).not.toContain("same");
  });
});
