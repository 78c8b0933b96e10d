// The table of spec/shifter.md 10.6, as far as it is about the end of images and about who looked them up. The number of a
// case stands before its name; where we answer otherwise on purpose, the name says so.

import { expect, test } from "vitest";
import { person } from "./person.ts";
import { describeSite, LOGIN } from "./site.ts";

// Images live an hour after their last use here.
const HOUR = 3600;

describeSite("expiry", {}, (site) => {
  const ann = () => person(site().gateway, { user: "ann", uid: 500, login: LOGIN });
  const root = () => person(site().gateway, { user: "root", uid: 0 });
  const advance = (seconds: number) => site().gateway.advance(seconds);
  const metrics = async (query: string) =>
    (await root().get(`/api/metrics/cluster/${query}`)).body as unknown as readonly Readonly<Record<string, unknown>>[];

  async function pulled(name: string): Promise<string> {
    await site().push("open", name, name);
    return String((await ann().pulled(`open/${name}`)).id);
  }

  test("111: metrics are the last lookups, oldest first", async () => {
    const id = await pulled("a/used:1");
    for (let i = 0; i < 30; i++) await person(site().gateway, { user: `u${i}`, uid: 1000 + i }).lookup("open/a/used:1");
    await ann().lookup("open/a/bogus:1");
    const last = await metrics("?limit=20");
    expect(last.map(({ user }) => user)).toEqual(Array.from({ length: 20 }, (_, i) => `u${i + 10}`));
    expect(last[0]).toEqual({
      ...{ user: "u10", uid: 1010, system: "cluster", type: "docker", tag: "open/a/used:1", id },
      time: expect.any(Number),
    });
    expect(await metrics("?limit=101")).toHaveLength(30);
    expect(await metrics("")).toHaveLength(10);
    expect(await metrics("?limit=0")).toEqual([]);
    expect((await root().get("/api/metrics/cluster/?limit=abc")).status).toBe(400);
  });

  test("107, 109, 110: what is overdue goes with its files; what is used lives on; other systems are not touched", async () => {
    const [overdue, used] = [await pulled("a/overdue:1"), await pulled("a/alive:1")];
    const elsewhere = await ann().pulled("open/a/overdue:1", undefined, "other");
    await ann().lookup("open/a/overdue:1");
    await ann().lookup("open/a/overdue:1", "other");
    expect((await root().get("/api/autoexpire/cluster/")).body.status).not.toContain(overdue);
    await advance(HOUR + 60);
    await ann().lookup("open/a/alive:1");
    const { status } = (await root().get("/api/autoexpire/cluster/")).body;
    expect(status).toContain(overdue);
    expect(status).not.toContain(used);
    await expect.poll(() => site().gateway.files()).not.toContain(`${overdue}.squashfs`);
    await expect.poll(() => site().gateway.files()).not.toContain(`${overdue}.meta`);
    expect((await ann().lookup("open/a/overdue:1")).status).toBe(404);
    expect((await ann().lookup("open/a/alive:1")).status).toBe(200);
    expect(await site().gateway.files("other")).toContain(`${elsewhere.id}.squashfs`);
  });

  test("108: an administrator's expire removes the image; a later pull brings it back", async () => {
    const id = await pulled("a/expire:1");
    const path = "/api/expire/cluster/docker/open%2Fa%2Fexpire%3A1/";
    const eve = person(site().gateway, { user: "eve", uid: 666 });
    expect((await eve.get(path)).body).toEqual({ status: false });
    expect((await root().get(path)).body).toEqual({ status: true });
    expect((await ann().lookup("open/a/expire:1")).status).toBe(404);
    await expect.poll(() => site().gateway.files()).not.toContain(`${id}.squashfs`);
    expect((await ann().pulled("open/a/expire:1")).id).toBe(id);
    expect(await site().gateway.files()).toContain(`${id}.squashfs`);
  });

  test("1.6, otherwise than Shifter: the owner of an image may expire it", async () => {
    await pulled("a/mine:1");
    expect((await ann().get("/api/expire/cluster/docker/open%2Fa%2Fmine%3A1/")).body).toEqual({ status: true });
  });

  test("1.6, otherwise than Shifter: an image that nobody ever looked up expires too", async () => {
    const id = await pulled("a/never:1");
    await advance(HOUR + 60);
    expect((await root().get("/api/autoexpire/cluster/")).body.status).toContain(id);
  });
});
