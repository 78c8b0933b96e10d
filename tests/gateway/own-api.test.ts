// berth's own API against a whole gateway, through the generated client: what Shifter never had.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import * as api from "../../src/gateway/client/api.ts";
import { followPull } from "../../src/gateway/client/follow.ts";
import { type Gateways, openGateways } from "../../src/gateway/client/gateways.ts";
import { hasRegistry } from "../support/registry.ts";
import { startGateway, type TestGateway } from "./gateway-process.ts";
import { describeSite } from "./site.ts";

const opened: Gateways[] = [];

function as(gateway: TestGateway, user: string, uid: number, login = ""): Gateways {
  return withHeaders(gateway, { authentication: `good:${user}:${user}:${login}:${uid}:${uid}` });
}

function withHeaders(gateway: TestGateway, headers: Readonly<Record<string, string>>): Gateways {
  const credential = async () => headers;
  const gateways = openGateways({
    gateways: [gateway.url],
    credential,
    certs: async () => ({ trust: [] }),
    timeoutMs: 0,
  });
  opened.push(gateways);
  return gateways;
}

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

/** Wishes for an image, and follows the pull to its end. */
async function pulled(gateways: Gateways, tag: string, lists: { users?: (string | number)[] } = {}) {
  const { pull, image } = await api.requestPull(gateways, { system: "cluster", tag, ...lists });
  const seen = [];
  if (pull) for await (const record of followPull(gateways, pull.id)) seen.push(record);
  return { image, seen, end: seen.at(-1) };
}

const named = (tag: string) => ({ system: "cluster", itype: "docker", tag });

describeSite("the own API", {}, (site) => {
  const ann = () => as(site().gateway, "ann", 500, "ann%3Asesame");
  const bob = () => as(site().gateway, "bob", 501);
  const root = () => as(site().gateway, "root", 0);

  test("says what collecting garbage would remove (it does not trust a clock that was set lately)", async () => {
    await expect(api.collectGarbage(bob(), { system: "cluster" }, { dryRun: true })).rejects.toMatchObject({
      http: 403,
    });
    expect(await api.collectGarbage(root(), { system: "cluster" }, { dryRun: true })).toMatchObject({
      orphanFiles: [],
    });
    expect((await api.listSystems(bob())).items.map(({ name }) => name).sort()).toEqual(["cluster", "other"]);
  });

  test("shows a pull live until its end, and answers the image at once afterwards", async () => {
    await site().push("open", "a/live:1", "live".repeat(1000));
    const gateways = ann();
    const { seen, end } = await pulled(gateways, "open/a/live:1");
    expect(end).toMatchObject({ status: "READY", position: 0, errorCode: null });
    expect(seen.slice(0, -1).every(({ finishedAt }) => finishedAt === null)).toBe(true);
    const again = await pulled(gateways, "open/a/live:1");
    expect(again.image).toMatchObject({ id: end?.imageId, tags: ["open/a/live:1"], owner: { user: "ann" } });
    expect(again.image?.digest).toBe(`sha256:${end?.imageId}`);
    expect(again.image?.bytes).toBeGreaterThan(0);
  });

  test("gives an image to people by name, and takes it away; others may not", async () => {
    await site().push("vault", "a/given:1", "given");
    const owner = ann();
    expect((await pulled(owner, "a/given:1")).end?.status).toBe("READY");
    const tag = named("a/given:1");
    await expect(api.showImage(bob(), tag)).rejects.toMatchObject({ code: "E_GATEWAY_NO_IMAGE", http: 404 });
    await expect(api.changeAcl(owner, tag, { users: ["nobody-of-that-name"] })).rejects.toMatchObject({
      code: "E_API_NO_NAMES",
    });
    expect((await api.changeAcl(owner, tag, { users: [501, "root"] })).users).toEqual(expect.arrayContaining([0, 501]));
    expect((await api.showImage(bob(), tag)).private).toBe(true);
    await expect(api.changeAcl(bob(), tag, { users: [502] })).rejects.toMatchObject({
      code: "E_GATEWAY_OWNER",
      http: 403,
    });
    await expect(api.removeImage(bob(), tag)).rejects.toMatchObject({ http: 403 });
    await api.changeAcl(owner, tag, { users: [] });
    await expect(api.showImage(bob(), tag)).rejects.toMatchObject({ http: 404 });
    expect((await api.listImages(bob(), { system: "cluster" })).items.flatMap(({ tags }) => tags)).not.toContain(
      "a/given:1",
    );
    await api.removeImage(owner, tag);
    await expect(api.showImage(owner, tag)).rejects.toMatchObject({ http: 404 });
  });

  test("pages and filters lists", async () => {
    const gateways = ann();
    for (const i of [1, 2, 3]) {
      await site().push("open", `pages/image:${i}`, `page ${i}`);
      await pulled(gateways, `open/pages/image:${i}`);
    }
    const tags: string[] = [];
    let after: string | undefined;
    do {
      const page = await api.listImages(bob(), { system: "cluster", match: "pages/", limit: 2, after });
      expect(page.items.length).toBeLessThanOrEqual(2);
      tags.push(...page.items.flatMap((image) => image.tags));
      after = page.next;
    } while (after !== undefined);
    expect(tags.sort()).toEqual([1, 2, 3].map((i) => `open/pages/image:${i}`));
    const own = await api.listImages(bob(), { system: "cluster", mine: true });
    expect(own.items).toEqual([]);
    await expect(api.listImages(bob(), { system: "cluster", after: "junk" })).rejects.toMatchObject({ http: 400 });
  });

  test("remembers where tags led, what happened, and what was refused", async () => {
    await site().push("open", "a/told:1", "one");
    const gateways = ann();
    const first = (await pulled(gateways, "open/a/told:1")).end?.imageId;
    await site().push("open", "a/told:1", "two");
    await site().gateway.advance(400);
    const second = (await pulled(gateways, "open/a/told:1")).end?.imageId;
    const { items: moves } = await api.tagHistory(gateways, named("open/a/told:1"));
    const ids = moves.map(({ imageId }) => imageId);
    expect(new Set(ids)).toEqual(new Set([first, second]));
    const { items: events } = await api.listEvents(gateways, { system: "cluster" });
    expect(events.map(({ kind }) => kind)).toContain("image.ready");
    await expect(api.listAudit(bob())).rejects.toMatchObject({ http: 403 });
    expect((await api.listAudit(root(), { system: "cluster" })).items.length).toBeGreaterThan(0);
  });

  test("pins what a job needs", async () => {
    await site().push("open", "a/pinned:1", "pinned");
    const gateways = ann();
    await pulled(gateways, "open/a/pinned:1");
    const tag = named("open/a/pinned:1");
    await api.pinImage(gateways, { ...tag, holder: "job:7" });
    await expect(api.removeImage(gateways, tag)).rejects.toMatchObject({ code: "E_GATEWAY_PINNED", http: 409 });
    await api.unpinImage(gateways, { ...tag, holder: "job:7" });
    await api.removeImage(gateways, tag);
  });

  test("has quotas that are an administrator's to set", async () => {
    const limits = { bytes: null, images: 0 };
    await expect(api.setQuota(bob(), { kind: "user", subject: "502" }, limits)).rejects.toMatchObject({ http: 403 });
    await api.setQuota(root(), { kind: "user", subject: "502" }, limits);
    const eve = as(site().gateway, "eve", 502);
    expect((await api.showOwnQuota(eve)).limits).toEqual(limits);
    await expect(api.requestPull(eve, { system: "cluster", tag: "open/a/any:1" })).rejects.toMatchObject({
      code: "E_GATEWAY_QUOTA_IMAGES",
    });
  });

  test("makes tokens that can do what they were made for, until they are ended", async () => {
    const { secret, token } = await api.makeToken(ann(), { name: "ci", scopes: ["read"], expiresIn: 3600 });
    const bearer = withHeaders(site().gateway, { authorization: `Bearer ${secret}` });
    expect(await api.whoAmI(bearer)).toMatchObject({ user: "ann", uid: 500, via: "token", scopes: ["read"] });
    await expect(api.requestPull(bearer, { system: "cluster", tag: "open/a/any:1" })).rejects.toMatchObject({
      code: "E_GATEWAY_SCOPE",
    });
    await site().gateway.advance(4000);
    await expect(api.whoAmI(bearer)).rejects.toMatchObject({ http: 401 });
    await api.revokeToken(ann(), { id: token.id });
    expect((await api.listTokens(ann())).items).toEqual([]);
    expect(site().gateway.log()).not.toContain(secret);
  });
});

describe.skipIf(!hasRegistry)("a pull from a registry that never answers", () => {
  const silent = createServer(() => {});
  let gateway: TestGateway;

  beforeAll(async () => {
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    gateway = await startGateway({ locations: { silent: { url } } });
  });

  afterAll(async () => {
    silent.closeAllConnections();
    silent.close();
    await gateway?.stop();
  });

  test("can be followed, given up by its owner only, and is wanted again when asked for again", async () => {
    const ann = as(gateway, "ann", 500);
    const { pull } = await api.requestPull(ann, { system: "cluster", tag: "a/b:1" });
    const id = pull?.id ?? "";
    const following = followPull(ann, id);
    expect((await following.next()).value).toMatchObject({ id, finishedAt: null });
    expect((await api.listPulls(ann, { system: "cluster" })).items.map((one) => one.id)).toEqual([id]);
    await expect(api.cancelPull(as(gateway, "bob", 501), { id })).rejects.toMatchObject({ http: 403 });
    await api.cancelPull(ann, { id });
    let last: unknown;
    for await (const record of following) last = record;
    expect(last).toMatchObject({ status: "FAILURE", finishedAt: expect.any(Number) });
    expect((await api.listPulls(ann, { system: "cluster" })).items).toEqual([]);
    await expect(api.cancelPull(ann, { id })).rejects.toMatchObject({ code: "E_GATEWAY_ENDED", http: 409 });
    expect((await api.requestPull(ann, { system: "cluster", tag: "a/b:1" })).pull?.id).not.toBe(id);
  });
});
