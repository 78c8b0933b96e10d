// `berth gateway` against the gateway's own routes.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SAMPLE_IMAGE, SAMPLE_PULL } from "../gateway/sample-desk.ts";
import { openPlace, type Place, type RunOptions } from "./program.ts";

let place: Place;

beforeAll(async () => {
  place = await openPlace();
});

afterAll(async () => {
  await place.close();
});

const gateway = (words: readonly string[], options: RunOptions = {}) => place.berth(["gateway", ...words], options);
const lastCall = (what: string) => place.server.sample.calls.findLast((call) => call.what === what)?.with;
const IMAGE = { system: "cluster", itype: "docker", tag: "team/tool:1.0" };

describe("berth gateway", () => {
  test("lists images as a table, and as JSON", async () => {
    const { status, out } = await gateway(["list"]);
    expect(status).toBe(0);
    expect(out).toMatch(/^ID +STATUS +ACCESS +OWNER +SIZE +PULLED +NAME\na{12} +READY +public +alice +4.0 KiB +2023-/);
    const json = JSON.parse((await gateway(["list", "--json", "--mine", "tool"])).out);
    expect(json).toMatchObject([{ id: SAMPLE_IMAGE.id, tags: ["team/tool:1.0"] }]);
    expect(lastCall("list")).toMatchObject(["alice", { system: "cluster", mine: true, match: "tool" }]);
  });

  test("asks for everything where that is wanted", async () => {
    expect((await gateway(["list", "--all"])).status).toBe(0);
    expect(lastCall("list")).toMatchObject(["alice", { system: "cluster", all: true }]);
    expect((await gateway(["show", "-a", "team/tool:1.0"])).status).toBe(0);
    expect(lastCall("lookup")).toMatchObject(["alice", IMAGE, { all: true }]);
  });

  test("shows who holds which image", async () => {
    expect((await gateway(["show", "team/tool:1.0"])).out).toMatch(/^held by +job:7 \(uid 500\) since .*taken away$/m);
    expect(lastCall("pins")).toMatchObject(["alice", { system: "cluster", name: IMAGE }]);
    const { out } = await gateway(["pins", "--mine"]);
    expect(out).toMatch(/^HOLDER +UID .*\njob:7 +500 +\S+ \S+ +taken away +a{12} +team\/tool:1\.0\n$/);
    expect(lastCall("pins")).toMatchObject(["alice", { mine: true, name: undefined }]);
    expect(JSON.parse((await gateway(["pins", "team/tool:1.0", "--json"])).out)).toMatchObject([{ holder: "job:7" }]);
  });

  test("shows an image, and refuses what is not there in the gateway's words", async () => {
    expect((await gateway(["show", "team/tool:1.0"])).out).toMatch(/^names +team\/tool:1.0\nid +a{64}\n/);
    const { status, out, err } = await gateway(["show", "none:1"]);
    expect([status, out]).toEqual([1, ""]);
    expect(err).toMatch(/there is no image none:1\n +pull it first/);
  });

  test("pulls: what is ready at once, else by following it to its end", async () => {
    expect(await gateway(["pull", "team/tool:1.0"])).toMatchObject({ status: 0, out: `${SAMPLE_IMAGE.id}\n` });
    const { server } = place;
    const failed = { ...SAMPLE_PULL, status: "FAILURE", statusMessage: "no such manifest", finishedAt: 9 } as const;
    const running = gateway(["pull", "team/new:1.0", "--user", "bob"]);
    await new Promise<void>((resolve) => {
      server.app.server.on("request", (request) => request.url?.endsWith("/events") && resolve());
    });
    server.sample.pulls.set(SAMPLE_PULL.id, failed);
    server.changed(SAMPLE_PULL.id);
    const { status, err } = await running;
    expect([status, err]).toEqual([1, expect.stringContaining("team/new:1.0 could not be pulled: no such manifest")]);
    expect(lastCall("pull")).toEqual(["alice", { ...IMAGE, tag: "team/new:1.0" }, { users: [501], groups: undefined }]);
    server.sample.pulls.set(SAMPLE_PULL.id, SAMPLE_PULL);
    expect((await gateway(["pull", "other:1", "--no-wait"])).out).toBe(`${SAMPLE_PULL.id}\n`);
  });

  test("imports files", async () => {
    await writeFile(join(place.folder, "a.sif"), "x");
    expect((await gateway(["import", join(place.folder, "a.sif"), "mine:1", "--no-wait"])).status).toBe(0);
    expect(lastCall("importFile")).toMatchObject([
      "alice",
      { itype: "custom", tag: "mine:1" },
      { path: join(place.folder, "a.sif"), format: "sif" },
      {},
    ]);
  });

  test("says of what cannot be named what is wrong with it, and shows it on one line", async () => {
    expect((await gateway(["import", "/none/a.sif", "mine:1"])).err).toContain(
      "/none/a.sif cannot be imported: there is no such file",
    );
    expect((await gateway(["show", "a\nb"])).err).toContain('"a\\nb" is no name of an image');
    expect((await gateway(["events", "--limit", "x"])).err).toMatch(
      /x is no number\n +write a whole number such as 50\n/,
    );
    expect((await gateway(["quota", "user", "bob", "--images", "x"])).err).toContain(
      "such as 50, or none for no limit",
    );
  });

  test("shows the queue, and gives up a pull by the first digits of its id", async () => {
    expect((await gateway(["queue"])).out).toMatch(
      /\n5b1e7a0e +alice +PULLING +at work +10 B of 100 B +\S+ \S+ +team\/new/,
    );
    expect((await gateway(["cancel", "5b1e"])).out).toBe("team/new:1.0: cancelled\n");
    expect((await gateway(["cancel", "nothing"])).status).toBe(1);
  });

  test("changes who may read an image", async () => {
    const { out } = await gateway(["acl", "team/tool:1.0", "--user", "bob,7", "--group", ""]);
    expect(out).toBe("access   private\nowner    alice (500)\nusers    501,7\ngroups   -\n");
    expect(lastCall("setAcl")).toEqual(["alice", IMAGE, { users: [501, 7], groups: [] }]);
  });

  test("removes, pins, tells of moves", async () => {
    expect(await gateway(["rm", "team/tool:1.0"])).toEqual({ status: 0, out: "", err: "" });
    expect(lastCall("remove")).toEqual(["alice", IMAGE]);
    expect((await gateway(["pin", "team/tool:1.0", "--holder", "job:1", "--for", "1h"])).status).toBe(0);
    expect(lastCall("pin")).toMatchObject(["alice", IMAGE, "job:1", expect.any(Number)]);
    expect((await gateway(["unpin", "team/tool:1.0", "--holder", "job:1"])).status).toBe(0);
    expect((await gateway(["history", "team/tool:1.0"])).out).toMatch(/\n1970-01-01 \d\d:\d\d +alice +a +b\n/);
    expect((await gateway(["pin", "team/tool:1.0", "--for", "soon"])).err).toContain("soon is no time");
  });

  test("shows and sets quotas", async () => {
    expect((await gateway(["quota"])).out).toMatch(/bytes +10 B +1000 B\nimages +1 +no limit\n/);
    expect((await gateway(["quota", "user", "bob", "--bytes", "5G", "--images", "none"])).status).toBe(0);
    expect(lastCall("setQuota")).toEqual([
      "alice",
      { kind: "user", number: 501 },
      { bytes: 5 * 1024 ** 3, images: null },
    ]);
    expect((await gateway(["quota", "team", "x"])).err).toContain("team x is no subject of a quota");
  });

  test("tells of the site", async () => {
    expect((await gateway(["events", "-n", "3"])).out).toMatch(
      /\n1970-01-01 \d\d:\d\d +alice +image.ready +done +team\/tool:1.0\n/,
    );
    expect((await gateway(["gc", "--dry-run"])).out).toBe(
      "image a\nfile x.partial\n2 blobs, 3 old records; 30 B would be freed\n",
    );
    expect((await gateway(["systems"])).out).toMatch(/\ncluster +linux\/amd64 +squashfs/);
    expect((await gateway(["whoami"])).out).toMatch(/^alice \(500\), alice \(500\), by mock\n/);
    expect((await gateway(["whoami"], { env: { BERTH_SYSTEM: "" } })).status).toBe(0);
  });

  test("makes, lists and ends tokens", async () => {
    expect((await gateway(["token", "create", "ci", "--scope", "read", "--for", "1d"])).out).toBe("s\n");
    expect((await gateway(["token", "list"])).out).toMatch(/\n0123456789abcdef +read +- +- +ci\n/);
    expect((await gateway(["token", "revoke", "0123456789abcdef"])).status).toBe(0);
    expect((await gateway(["token", "create", "ci", "--scope", "all"])).err).toContain("all is no scope");
  });
});
