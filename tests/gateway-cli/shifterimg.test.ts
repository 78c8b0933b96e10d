// `shifterimg` against the gateway's own routes: output to the byte, and exit statuses that tell the truth.

import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SAMPLE_IMAGE, SAMPLE_PULL } from "../gateway/sample-desk.ts";
import { MAIN, openPlace, type Place, type RunOptions } from "./program.ts";

let place: Place;

beforeAll(async () => {
  place = await openPlace();
});

afterAll(async () => {
  await place.close();
});

const shifterimg = (words: readonly string[], options: RunOptions = {}) =>
  place.berth(["shifterimg", ...words], options);

describe("shifterimg", () => {
  test("prints the images in Shifter's columns", async () => {
    const { status, out } = await shifterimg(["images"]);
    expect(status).toBe(0);
    expect(out).toMatch(/^cluster {4}docker {5}READY {4}a{10} {3}2023-11-1\dT\d\d:\d\d:20 team\/tool:1\.0 {17}\n$/);
    expect(await shifterimg(["images", "nothing"])).toEqual({ status: 0, out: "", err: "" });
  });

  test("prints an id, and not a word for what is not there", async () => {
    expect(await shifterimg(["lookup", "docker:team/tool:1.0"])).toEqual({
      status: 0,
      out: `${SAMPLE_IMAGE.id}\n`,
      err: "",
    });
    expect(await shifterimg(["lookup", "docker:none:1"])).toEqual({ status: 1, out: "", err: "" });
  });

  test("shows the answer with -v, so that scripts find the status in it", async () => {
    const { out } = await shifterimg(["-v", "lookup", "team/tool:1.0"]);
    const lines = out.split("\n");
    expect(lines[0]).toBe("Message: {");
    expect(lines.filter((line) => line.includes('"status":'))).toEqual(['    "status": "READY",']);
    expect((await shifterimg(["-v", "lookup", "none"])).out).toMatch(/^Got response: 404\nMessage: \{/);
  });

  test("pulls what is ready, and says so on one line", async () => {
    const { status, out } = await shifterimg(["pull", "team/tool:1.0"]);
    expect(status).toBe(0);
    expect(out).toMatch(
      /^\r\x1b\[2K\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d Pulling Image: docker:team\/tool:1.0, status: READY\n$/,
    );
  });

  test("pulls until the end, and tells why it was no good one", async () => {
    const { server } = place;
    const bad = { ...SAMPLE_IMAGE, tags: ["bad:1"], status: "FAILURE", statusMessage: "no such manifest" } as const;
    const words = ["pull", "docker:bad:1"];
    const pulls = () => server.sample.calls.filter(({ what }) => what === "pull").length;
    const before = pulls();
    server.sample.images.push({ ...bad, status: "PULLING" });
    const running = shifterimg(words);
    await waitFor(() => pulls() >= before + 3);
    server.sample.images[1] = bad;
    const { status, out, err } = await running;
    expect(status).toBe(1);
    expect(out).toMatch(
      /^(\r\x1b\[2K\S+ Pulling Image: docker:bad:1, status: PULLING)+\r\x1b\[2K\S+ [^\r]+ FAILURE\n$/,
    );
    expect(err).toContain("no such manifest");
    expect((await shifterimg([...words, "--legacy-exit"])).status).toBe(0);
    expect((await shifterimg(words, { env: { BERTH_LEGACY_EXIT: "1" } })).status).toBe(0);
    server.sample.images.pop();
  });

  test("says by pullnb how a pull is: 0 while it goes on and when it is done; with --legacy-exit 1 at the end", async () => {
    const going = await shifterimg(["pullnb", "docker:new:1"]);
    expect([going.status, going.out.endsWith("status: INIT")]).toEqual([0, true]);
    const done = await shifterimg(["pullnb", "team/tool:1.0"]);
    expect([done.status, done.out.endsWith("status: READY\n")]).toEqual([0, true]);
    expect((await shifterimg(["--legacy-exit", "pullnb", "team/tool:1.0"])).status).toBe(1);
  });

  test("pulls by digest, and with lists of people", async () => {
    const tag = `team/tool@sha256:${"b".repeat(64)}`;
    await shifterimg(["--user", "1000,root2,5".replace("root2,", ""), "-g", "7", "pullnb", `docker:${tag}`]);
    const call = place.server.sample.calls.findLast(({ what }) => what === "pull");
    expect(call?.with).toEqual([
      "alice",
      { system: "cluster", itype: "docker", tag },
      { users: [1000, 5], groups: [7] },
    ]);
    const unknown = await shifterimg(["--user", "no-such-person", "pullnb", "x"]);
    expect([unknown.status, unknown.err]).toEqual([1, expect.stringContaining("there is no user no-such-person here")]);
  });

  test("expires for administrators, and says when it may not", async () => {
    expect(await shifterimg(["expire", "team/tool:1.0"], { as: "root" })).toEqual({ status: 0, out: "", err: "" });
    expect(await shifterimg(["expire", "team/tool:1.0"])).toMatchObject({
      status: 1,
      out: "",
      err: expect.stringContaining("only administrators"),
    });
    expect((await shifterimg(["--legacy-exit", "expire", "team/tool:1.0"])).status).toBe(0);
    expect((await shifterimg(["autoexpire"])).status).toBe(1);
    expect((await shifterimg(["autoexpire"], { as: "root" })).status).toBe(0);
  });

  test("shows queue and lookups", async () => {
    expect((await shifterimg(["queue"])).out).toBe("PULLING      team/new:1.0\n");
    expect((await shifterimg(["metrics", "--limit", "5"], { as: "root" })).out).toMatch(
      /^1970-01-01T\d\d:\d\d:05 alice {12}a {3}docker:team\/tool:1.0\n$/,
    );
    expect(JSON.parse((await shifterimg(["queue", "--json"])).out)).toEqual({
      list: [{ status: "PULLING", image: "team/new:1.0" }],
    });
  });

  test("changes lists and removes one's own images", async () => {
    const shown = await shifterimg(["acl", "team/tool:1.0"]);
    expect([shown.status, shown.out]).toEqual([0, "access  public\nowner   alice (500)\nusers\ngroups\n"]);
    const changed = await shifterimg(["acl", "team/tool:1.0", "--user", "7"]);
    expect([changed.status, changed.out]).toEqual([0, "access  private\nowner   alice (500)\nusers   7\ngroups\n"]);
    expect(await shifterimg(["rm", "team/tool:1.0"])).toEqual({ status: 0, out: "", err: "" });
    expect(await shifterimg(["rm", "none:1"])).toMatchObject({ status: 1, err: expect.stringContaining("no image") });
  });

  test("imports a file by its true path, and waits for the end", async () => {
    const { server, folder } = place;
    await writeFile(join(folder, "x.sqsh"), "x");
    await symlink("x.sqsh", join(folder, "link.sqsh"));
    server.sample.pulls.set(SAMPLE_PULL.id, { ...SAMPLE_PULL, status: "READY", finishedAt: 5 });
    const { status, err } = await shifterimg(["import", join(folder, "link.sqsh"), "custom:mine"]);
    expect([status, err]).toEqual([0, ""]);
    expect(server.sample.calls.findLast(({ what }) => what === "importFile")?.with.slice(1, 3)).toEqual([
      { system: "cluster", itype: "custom", tag: "mine" },
      { path: join(folder, "x.sqsh"), format: "squashfs" },
    ]);
    server.sample.pulls.set(SAMPLE_PULL.id, SAMPLE_PULL);
    expect((await shifterimg(["import", join(folder, "none"), "custom:mine"])).status).toBe(1);
  });

  test("tells how it is used: 1 without a mode, 0 when asked", async () => {
    const wrong = await shifterimg([]);
    expect([wrong.status, wrong.out.startsWith("Usage: shifterimg ")]).toEqual([1, true]);
    expect(wrong.err).toContain("no mode was given");
    expect(await shifterimg(["--help"])).toEqual({ status: 0, out: wrong.out, err: "" });
    expect((await shifterimg(["--version"])).out).toMatch(/^shifterimg \(berth \S+\)\n$/);
  });

  test("answers to its own name", async () => {
    const link = join(place.folder, "shifterimg");
    await symlink(MAIN, link);
    const { status, out } = await place.berth(["--version"], { program: link });
    expect([status, out.startsWith("shifterimg (berth ")]).toEqual([0, true]);
  });

  test("finds the gateway in udiRoot.conf and in site.yaml", async () => {
    const { folder, url } = place;
    const [udi, site] = [join(folder, "udiRoot.conf"), join(folder, "site.yaml")];
    await writeFile(
      udi,
      `system = cluster\nimageGateway = http://127.0.0.1:1 \\\n  ${url}\ndefaultImageType = docker\n`,
    );
    await writeFile(site, `client: {gateways: ["${url}"], system: cluster, imageType: docker}\n`);
    const bare = { BERTH_GATEWAY: "", BERTH_SYSTEM: "" };
    const lookup = ["lookup", "team/tool:1.0"];
    expect((await shifterimg(lookup, { env: { ...bare, BERTH_UDIROOT: udi } })).out).toBe(`${SAMPLE_IMAGE.id}\n`);
    expect((await shifterimg(lookup, { env: { ...bare, BERTH_SITE_CONFIG: site } })).out).toBe(`${SAMPLE_IMAGE.id}\n`);
    const nowhere = await shifterimg(lookup, { env: bare });
    expect([nowhere.status, nowhere.err]).toEqual([
      1,
      expect.stringContaining("this machine does not know the server of its site"),
    ]);
  });

  test("says when no gateway answers", async () => {
    const { status, out, err } = await shifterimg(["images"], { env: { BERTH_GATEWAY: "http://127.0.0.1:1" } });
    expect([status, out]).toEqual([1, ""]);
    expect(err).toContain("no gateway answers");
  });
});

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
