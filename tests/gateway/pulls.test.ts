// The table of spec/shifter.md 10.6, as far as it is about pulls. The number of a case stands before its name; where we
// answer otherwise on purpose, the name says so.

import { expect, test } from "vitest";
import { person } from "./person.ts";
import { describeSite, LOGIN } from "./site.ts";

describeSite("pulling", {}, (site) => {
  const ann = () => person(site().gateway, { user: "ann", uid: 500, login: LOGIN });
  const bob = () => person(site().gateway, { user: "bob", uid: 501 });
  const advance = (seconds: number) => site().gateway.advance(seconds);

  test("105, 106: goes through its states to READY, is in the queue meanwhile, and is found afterwards", async () => {
    await site().push("open", "a/first:1", "first");
    const { status, body } = await ann().pull("open/a/first:1");
    expect([status, body.status, body.tag]).toEqual([200, "INIT", []]);
    expect((await ann().get("/api/queue/cluster/")).status).toBe(200);
    const image = await ann().pulled("open/a/first:1");
    expect(image).toMatchObject({ status: "READY", tag: ["open/a/first:1"], userACL: [], groupACL: [] });
    expect((await ann().get("/api/queue/cluster/")).body.list).toEqual([]);
    expect((await ann().lookup("open/a/first:1")).body.id).toBe(image.id);
    expect((await ann().lookup("open/a/bogus:1")).status).toBe(404);
    expect(await site().gateway.files()).toEqual([`${image.id}.json`, `${image.id}.meta`, `${image.id}.squashfs`]);
  });

  test("103: writes the caller into the lists that he asks for", async () => {
    await site().push("vault", "a/lists:1", "lists");
    const lists = { allowed_uids: "1000,1001", allowed_gids: "1002,1003" };
    const { body } = await ann().pull("a/lists:1", lists);
    expect([...(body.userACL ?? [])].sort()).toEqual([1000, 1001, 500]);
    expect([...(body.groupACL ?? [])].sort()).toEqual([1002, 1003, 500]);
    expect((await ann().pulled("a/lists:1", lists)).status).toBe("READY");
  });

  test("116, 117: a fresh image is the answer to another pull, and the registry is not asked", async () => {
    await site().push("open", "a/fresh:1", "fresh");
    const { id } = await ann().pulled("open/a/fresh:1");
    const asked = site().open.log().length;
    expect((await bob().pull("open/a/fresh:1")).body).toMatchObject({ id, status: "READY" });
    expect(site().open.log().length).toBe(asked);
  });

  test("116, 118: an old image is pulled again, can be used meanwhile, and only its metadata change", async () => {
    await site().push("open", "a/old:1", "old");
    const before = await ann().pulled("open/a/old:1");
    const files = await site().gateway.files();
    await advance(301);
    expect((await ann().pull("open/a/old:1")).body.status).toBe("INIT");
    expect((await bob().lookup("open/a/old:1")).body).toMatchObject({ id: before.id, status: "READY" });
    const after = await ann().pulled("open/a/old:1");
    expect(after.id).toBe(before.id);
    expect(after.last_pull).toBeGreaterThan((before.last_pull ?? 0) + 300);
    expect(await site().gateway.files()).toEqual(files);
  });

  test("117, 118: a pull under way answers every other pull of the same, whatever lists that asks for", async () => {
    await site().push("open", "a/same:1", "same");
    const answers = await Promise.all([
      ann().pull("open/a/same:1"),
      ann().pull("open/a/same:1", { allowed_uids: "7" }),
      bob().pull("open/a/same:1"),
    ]);
    expect(answers.map(({ body }) => body.status)).not.toContain("FAILURE");
    expect((await ann().pulled("open/a/same:1")).status).toBe("READY");
    const uploads = site().open.log().split("GET /v2/a/same/manifests/1").length - 1;
    expect(uploads).toBeLessThanOrEqual(2);
  });

  test("119: two tags at once are both READY", async () => {
    await Promise.all([site().push("open", "a/one:1", "one"), site().push("open", "a/two:1", "two")]);
    const images = await Promise.all([ann().pulled("open/a/one:1"), bob().pulled("open/a/two:1")]);
    expect(images.map(({ status }) => status)).toEqual(["READY", "READY"]);
    expect(images[0]?.id).not.toBe(images[1]?.id);
  });

  test("120, 138: what goes wrong is a FAILURE that says why", async () => {
    const missing = await ann().pulled("open/a/none:1");
    expect(missing).toMatchObject({ status: "FAILURE", status_message: expect.stringContaining("a/none") });
    expect((await ann().pulled("strange/a/b:1")).status).toBe("FAILURE");
  });

  test("116, 127: a failure is remembered for 300 seconds; otherwise than Shifter only for who had it", async () => {
    expect((await ann().pulled("open/a/late:1")).status).toBe("FAILURE");
    await site().push("open", "a/late:1", "late");
    expect((await ann().pull("open/a/late:1")).body.status).toBe("FAILURE");
    expect((await bob().pulled("open/a/late:1")).status).toBe("READY");
    expect((await ann().pull("open/a/late:1")).body.status).toBe("READY");
    expect((await ann().pulled("open/a/later:1")).status).toBe("FAILURE");
    await site().push("open", "a/later:1", "later");
    await advance(301);
    expect((await ann().pulled("open/a/later:1")).status).toBe("READY");
  });

  test("121: a second tag of the same digest is the same image with two tags", async () => {
    await site().push("open", "a/twice:1", "twice");
    await site().push("open", "a/twice:2", "twice");
    const first = await ann().pulled("open/a/twice:1");
    const files = await site().gateway.files();
    const second = await ann().pulled("open/a/twice:2");
    expect(second.id).toBe(first.id);
    expect([...(second.tag ?? [])].sort()).toEqual(["open/a/twice:1", "open/a/twice:2"]);
    expect(await site().gateway.files()).toEqual(files);
  });

  test("122: a tag that moved at the registry moves here, and the old image stays until it expires", async () => {
    await site().push("open", "a/moving:1", "before");
    const before = await ann().pulled("open/a/moving:1");
    await site().push("open", "a/moving:1", "after");
    await advance(301);
    const after = await ann().pulled("open/a/moving:1");
    expect(after.id).not.toBe(before.id);
    expect((await ann().lookup("open/a/moving:1")).body.id).toBe(after.id);
    expect(await site().gateway.files()).toContain(`${before.id}.squashfs`);
  });

  test("123: a tag on two systems is two images", async () => {
    await site().push("open", "a/both:1", "both");
    await ann().pulled("open/a/both:1");
    expect((await ann().lookup("open/a/both:1", "other")).status).toBe(404);
    const other = await ann().pulled("open/a/both:1", undefined, "other");
    expect(other.status).toBe("READY");
    expect(await site().gateway.files("other")).toContain(`${other.id}.squashfs`);
  });

  test("124: the lists of an image that turns out public are dropped, whether a login was sent or not", async () => {
    await site().push("open", "a/public:1", "public");
    await site().push("lounge", "a/public:2", "lounge");
    const lists = { allowed_uids: "7,8", allowed_gids: "9" };
    for (const tag of ["open/a/public:1", "lounge/a/public:2"]) {
      expect(await ann().pulled(tag, lists)).toMatchObject({ status: "READY", userACL: [], groupACL: [] });
      expect((await bob().lookup(tag)).status).toBe(200);
    }
  });

  test("125: a private image has its lists in the record and in .meta; others are kept out of both", async () => {
    await site().push("vault", "a/private:1", "private");
    const { id } = await ann().pulled("a/private:1", { allowed_uids: "501", allowed_gids: "600" });
    const { body } = await ann().lookup("a/private:1");
    expect([...(body.userACL ?? [])].sort()).toEqual([500, 501]);
    expect((await bob().lookup("a/private:1")).status).toBe(200);
    const meta = await site().gateway.file(`${id}.meta`);
    expect(meta).toMatch(/^USERACL: (500,501|501,500)$/m);
    expect(meta).toMatch(/^GROUPACL: (500,600|600,500)$/m);
    const eve = person(site().gateway, { user: "eve", uid: 666 });
    expect((await eve.lookup("a/private:1")).status).toBe(404);
    expect(await eve.tags()).not.toContain("a/private:1");
  });

  test("125: lists in another order are the same; other lists count after ten seconds, by a new pull", async () => {
    await site().push("vault", "a/order:1", "order");
    const { id } = await ann().pulled("a/order:1", { allowed_uids: "501,502" });
    await advance(20);
    expect((await ann().pull("a/order:1", { allowed_uids: "502,501" })).body.status).toBe("READY");
    expect((await ann().pull("a/order:1", { allowed_uids: "503" })).body.status).toBe("INIT");
    await ann().pulled("a/order:1");
    expect(await site().gateway.file(`${id}.meta`)).toMatch(/^USERACL: (500,503|503,500)$/m);
    expect((await bob().lookup("a/order:1")).status).toBe(404);
  });

  test("1.7, otherwise than Shifter: a private image that was pulled without lists is its puller's alone", async () => {
    await site().push("vault", "a/own:1", "own");
    expect((await ann().pulled("a/own:1")).status).toBe("READY");
    expect((await bob().lookup("a/own:1")).status).toBe(404);
    expect((await bob().pulled("a/own:1")).status).toBe("FAILURE");
    expect((await ann().lookup("a/own:1")).status).toBe(200);
  });

  test("1.2, otherwise than Shifter: a login for the default registry goes to no other", async () => {
    await site().push("lounge", "a/leak:1", "leak");
    const before = site().lounge.tokens?.seen.length ?? 0;
    expect((await ann().pulled("lounge/a/leak:1")).status).toBe("READY");
    const sent = site().lounge.tokens?.seen.slice(before);
    expect(sent?.length).toBeGreaterThan(0);
    expect(sent?.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
  });

  test("1.5, otherwise than Shifter: an unknown system is told at once", async () => {
    expect((await ann().pull("open/a/first:1", undefined, "nowhere")).status).toBe(404);
  });
});
