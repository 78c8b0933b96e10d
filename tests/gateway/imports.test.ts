// The table of spec/shifter.md 10.6, as far as it is about imports, the examiner and labels. The number of a case stands
// before its name; where we answer otherwise on purpose, the name says so.

import { createHash } from "node:crypto";
import { chmod, copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { person } from "./person.ts";
import { describeSite, LOGIN } from "./site.ts";

const dir = await mkdtemp(join(tmpdir(), "berth-imports-"));
const examiner = join(dir, "examiner");

beforeAll(async () => {
  await chmod(dir, 0o755);
  // Refuses what has a file `f` that says so.
  await writeFile(examiner, '#!/bin/sh\n! grep -q malware "$1/f"\n', { mode: 0o755 });
});

afterAll(() => rm(dir, { recursive: true, force: true }));

const SETUP = { config: { ImportUsers: ["ann"], examiner }, env: { ENABLE_LABELS: "1" } };

describeSite("imports and checks", SETUP, (site) => {
  const ann = () => person(site().gateway, { user: "ann", uid: 500, login: LOGIN });
  const path = "/api/doimport/cluster/custom/mine/";

  test("115: labels are shown where the site wants it", async () => {
    await site().push("open", "a/labels:1", "labels");
    await ann().pulled("open/a/labels:1");
    expect((await ann().lookup("open/a/labels:1")).body.LABELS).toEqual({ alabel: "avalue" });
  });

  test("129: the examiner lets an image pass, or makes the pull fail", async () => {
    await site().push("open", "a/good:1", "good");
    await site().push("open", "a/evil:1", "malware");
    expect((await ann().pulled("open/a/good:1")).status).toBe("READY");
    const evil = await ann().pulled("open/a/evil:1");
    expect(evil).toMatchObject({ status: "FAILURE", status_message: expect.stringContaining("Examine failed") });
    expect((await ann().lookup("open/a/evil:1")).status).toBe(404);
  });

  test("113: who may import gets an image with the pseudo-hash of the file as its id", async () => {
    await site().push("open", "a/base:1", "base");
    const { id: base } = await ann().pulled("open/a/base:1");
    const file = join(dir, "mine.squashfs");
    await copyFile(join(site().gateway.dir, "images", "cluster", `${base}.squashfs`), file);
    await chmod(file, 0o644);
    const { status, body } = await ann().post(path, { filepath: file, format: "squashfs" });
    expect([status, body.status]).toEqual([200, "INIT"]);
    const lookup = async () => (await ann().get("/api/lookup/cluster/custom/mine/")).body;
    await expect.poll(async () => (await lookup()).status, { timeout: 20_000 }).toBe("READY");
    // Of a file shorter than a mebibyte the pseudo-hash is the hash.
    const id = createHash("sha256")
      .update(await readFile(file))
      .digest("hex");
    expect(await lookup()).toMatchObject({ id, itype: "custom" });
    expect(await site().gateway.files()).toContain(`${id}.squashfs`);
  });

  test("114: who is not listed may not import; what is incomplete or nonsense is refused", async () => {
    const bob = person(site().gateway, { user: "bob", uid: 501 });
    const file = { filepath: join(dir, "mine.squashfs"), format: "squashfs" };
    expect((await bob.post(path, file)).status).toBe(403);
    expect((await ann().post(path, { format: "squashfs" })).status).toBe(400);
    expect((await ann().post(path, { filepath: file.filepath })).status).toBe(400);
    expect((await ann().post(path, { ...file, format: "exe" })).status).toBe(400);
    expect((await ann().post(path, { ...file, filepath: "relative" })).status).toBe(400);
    expect((await ann().post(path, "{")).status).toBe(400);
  });
});

describeSite("without imports", {}, (site) => {
  test("114: nobody may import", async () => {
    const ann = person(site().gateway, { user: "ann", uid: 500 });
    const file = { filepath: "/etc/passwd", format: "tar" };
    expect((await ann.post("/api/doimport/cluster/custom/mine/", file)).status).toBe(403);
  });
});
