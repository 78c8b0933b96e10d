// Registries that ask who somebody is: what becomes private, who may not, and what nobody gets to read.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { hasRegistry, type RegistrySetup, startRegistry, type TestRegistry } from "../support/registry.ts";
import { hasSkopeo, push } from "./images.ts";
import { ALICE, BOB, locationAt, openWorkshop, type Workshop } from "./workshop.ts";

const image = { layers: [{ entries: [{ path: "f", content: "secret" }] }] };
const GOOD = { user: "ann", password: "open:sesame" };

describe.skipIf(!hasRegistry || !hasSkopeo)("a private image [needs docker-registry, skopeo]", () => {
  const cleanups: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const clean of cleanups.splice(0).reverse()) await clean();
  });

  async function open(setup: RegistrySetup, more: { readonly ca?: string } = {}): Promise<[TestRegistry, Workshop]> {
    const registry = await startRegistry(setup);
    cleanups.push(registry.stop);
    const caFile = more.ca ?? registry.authority?.ca;
    const locations = [
      locationAt("site", registry.url, { caFile }),
      locationAt("other", "http://127.0.0.1:1", { authMethod: "basic" }),
    ];
    const shop = await openWorkshop({ locations, workers: { attempts: 1 } });
    cleanups.push(shop.stop);
    return [registry, shop];
  }

  const BASIC = { basic: { username: GOOD.user, password: GOOD.password }, tls: true };
  const TOKEN = { token: { users: { ann: "plain" } } };

  test.each([
    ["a password over TLS", BASIC, GOOD],
    ["a token", TOKEN, { user: "ann", password: "plain" }],
  ])("is opened by %s, and only its puller may read it", async (_, setup, login) => {
    const [registry, shop] = await open(setup);
    const digest = await push(registry, "a/b:1", image, `${login.user}:${login.password}`);
    const registries = { site: login };
    expect(await shop.pull("a/b:1", { registries })).toMatchObject({ status: "READY" });
    const found = await shop.catalog.byId("perlmutter", digest.slice(7));
    expect(found).toMatchObject({ private: true, owner: ALICE });
    const meta = await readFile(join(shop.imageDir(), `${digest.slice(7)}.meta`), "utf8");
    expect(meta).toContain(`USERACL: ${ALICE.uid}`);
  });

  test("cannot be had without a login, and the cache helps nobody", async () => {
    const [registry, shop] = await open(BASIC);
    const digest = await push(registry, "a/b:1", image, `${GOOD.user}:${GOOD.password}`);
    await shop.pull("a/b:1", { registries: { site: GOOD } });
    for (const tag of ["a/b:1", `a/b@${digest}`]) {
      const refused = await shop.pull(tag, { owner: BOB });
      expect(refused).toMatchObject({ status: "FAILURE", errorCode: "E_AUTH_REQUIRED" });
      expect(refused.statusMessage).toContain("log in to that registry");
    }
    const wrong = { user: "ann", password: "wrong-one" };
    const refused = await shop.pull("a/b:1", { owner: BOB, registries: { site: wrong } });
    expect(refused).toMatchObject({ status: "FAILURE", errorCode: "E_WORK_CREDENTIAL" });
    expect(JSON.stringify(refused) + shop.said.join()).not.toContain("wrong-one");
  });

  test("opened by another's own login is readable for both", async () => {
    const [registry, shop] = await open(BASIC);
    const digest = await push(registry, "a/b:1", image, `${GOOD.user}:${GOOD.password}`);
    await shop.pull("a/b:1", { registries: { default: GOOD } });
    await shop.pull("a/b:1", { owner: BOB, registries: { site: GOOD } });
    const meta = await readFile(join(shop.imageDir(), `${digest.slice(7)}.meta`), "utf8");
    expect(meta).toContain(`USERACL: ${ALICE.uid},${BOB.uid}`);
  });

  test("is no private image when it can be had without the login", async () => {
    const [registry, shop] = await open({ token: { users: { ann: "x" }, anonymousPull: true } });
    await push(registry, "a/b:1", image, "ann:x");
    await shop.pull("a/b:1", { users: [7], registries: { site: { user: "ann", password: "x" } } });
    const found = await shop.catalog.find({ system: "perlmutter", itype: "docker", tag: "a/b:1" });
    expect(found).toMatchObject({ private: false });
    expect(registry.tokens?.seen.every(({ authorization }) => authorization === undefined)).toBe(false);
  });

  test("of a registry whose authority is not known, or whose file is missing, is a failure that says so", async () => {
    const [registry, shop] = await open({ tls: true }, { ca: "/nonexistent/site.pem" });
    await push(registry, "a/b:1", image);
    const missing = await shop.pull("a/b:1");
    expect(missing).toMatchObject({ status: "FAILURE" });
    expect(missing.statusMessage).not.toContain("/nonexistent");
    expect(missing.statusMessage).toContain("certificate");
    const plain = await openWorkshop({ locations: [locationAt("site", registry.url)], workers: { attempts: 1 } });
    cleanups.push(plain.stop);
    expect(await plain.pull("a/b:1")).toMatchObject({ status: "FAILURE", errorCode: "E_TLS" });
  });

  test("that does not exist is said not to", async () => {
    const [, shop] = await open({});
    const gone = await shop.pull("a/none:1");
    expect(gone).toMatchObject({ status: "FAILURE", errorCode: "E_MANIFEST_UNKNOWN" });
    expect(gone.statusMessage).toContain("a/none:1");
    for (const tag of ["A/B:1", "host:1/a:1"]) expect((await shop.pull(tag)).status).toBe("FAILURE");
  });
});
