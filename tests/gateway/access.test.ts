// The table of spec/shifter.md 10.6, as far as it is about who may. The number of a case stands before its name; where we
// answer otherwise on purpose, the name says so.

import { expect, test } from "vitest";
import { asking, person } from "./person.ts";
import { describeSite, LOGIN } from "./site.ts";

describeSite("access", {}, (site) => {
  const ann = () => person(site().gateway, { user: "ann", uid: 500, login: LOGIN });
  const root = () => person(site().gateway, { user: "root", uid: 0 });
  const anonymous = () => asking(site().gateway.url, {});
  const LISTED = { allowed_uids: "501", allowed_gids: "600" };

  test.each([
    ["good:bob:bob", 200],
    ["good:bob:bob:x", 200],
    ["good:bob:bob:x:501:501", 200],
    ["bad:bob:bob", 401],
    ["good:bob", 401],
    ["good:bob:bob:x:501", 401],
    ["good:bob:bob:x:501:501:1", 401],
    ["good:bob:bob:x:-1:0", 401],
    ["", 401],
  ])("100: the mock credential %s gets %i, on every route (Shifter: 404 or 500)", async (authentication, status) => {
    const bob = asking(site().gateway.url, { authentication });
    for (const path of ["/api/list/cluster/", "/api/queue/cluster/", "/api/metrics/cluster/"])
      expect((await bob.get(path)).status).toBe(status);
  });

  test("104: the list of a known system is there, of another not", async () => {
    expect(await ann().get("/api/list/cluster/")).toMatchObject({ status: 200, body: { list: expect.anything() } });
    expect(await ann().get("/api/list/nowhere/")).toMatchObject({ status: 404, body: { status: 404 } });
    expect((await ann().get("/api/queue/nowhere/")).status).toBe(404);
    expect((await ann().get("/api/lookup/nowhere/docker/a:1/")).status).toBe(404);
  });

  test("102, 112: metrics, expire and autoexpire are for administrators, and say so in Shifter's way", async () => {
    expect((await ann().get("/api/metrics/cluster/")).body).toEqual([]);
    expect((await ann().get("/api/autoexpire/cluster/")).body).toEqual({ status: false });
    expect((await ann().get("/api/expire/cluster/docker/open%2Fa%3A1/")).body).toEqual({ status: false });
    expect((await root().get("/api/expire/cluster/docker/open%2Fa%3A1/")).body).toEqual({ status: null });
    expect((await root().get("/api/autoexpire/cluster/")).body).toEqual({ status: [] });
  });

  test("1.7: who has a part of an administrator's name is none", async () => {
    for (const user of ["r", "oo", "roo", "t"]) {
      const somebody = person(site().gateway, { user, uid: 700 });
      expect((await somebody.get("/api/autoexpire/cluster/")).body).toEqual({ status: false });
    }
  });

  test("126: a private image is for its owner and its lists, by user, group, or both", async () => {
    await site().push("vault", "a/matrix:1", "matrix");
    expect((await ann().pulled("a/matrix:1", LISTED)).status).toBe("READY");
    const statusFor = async (uid: number, gid: number) =>
      (await person(site().gateway, { user: `u${uid}`, uid, gid }).lookup("a/matrix:1")).status;
    expect(await statusFor(500, 77)).toBe(200);
    expect(await statusFor(501, 77)).toBe(200);
    expect(await statusFor(502, 600)).toBe(200);
    expect(await statusFor(502, 77)).toBe(404);
    expect(await statusFor(600, 501)).toBe(404);
    expect((await root().lookup("a/matrix:1")).status).toBe(404);
  });

  test("126: nobody else sees it in lists or in the queue, and 404 is the same as for what is not there", async () => {
    await site().push("vault", "a/hidden:1", "hidden");
    const eve = person(site().gateway, { user: "eve", uid: 666 });
    await ann().pull("a/hidden:1", LISTED);
    expect(JSON.stringify((await eve.get("/api/queue/cluster/")).body)).not.toContain("a/hidden");
    await ann().pulled("a/hidden:1", LISTED);
    expect(await eve.tags()).not.toContain("a/hidden:1");
    expect(await ann().tags()).toContain("a/hidden:1");
    const hidden = (await eve.lookup("a/hidden:1")).body;
    const missing = (await eve.lookup("a/absent:1")).body;
    expect(JSON.stringify(hidden).replaceAll("hidden", "absent")).toBe(JSON.stringify(missing));
  });

  test("141: without a credential nothing is pulled, and public images can be seen (Shifter: anybody pulls)", async () => {
    await site().push("open", "a/seen:1", "seen");
    expect((await anonymous().pull("open/a/seen:1")).status).toBe(401);
    await ann().pulled("open/a/seen:1");
    expect((await anonymous().lookup("open/a/seen:1")).status).toBe(200);
    expect(await anonymous().tags()).toContain("open/a/seen:1");
    expect(await anonymous().tags()).not.toContain("a/matrix:1");
    expect((await anonymous().lookup("a/matrix:1")).status).toBe(404);
    expect((await anonymous().get("/api/metrics/cluster/")).body).toEqual([]);
  });
});
