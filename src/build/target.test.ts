import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkTarget, parseTarget } from "./target.ts";

const parse = (text: string) => parseTarget(text, { sandbox: false });

describe("a target is read", () => {
  test.each([
    ["/x/image.sif", { kind: "sif", path: "/x/image.sif" }],
    ["oci:/x/folder:v1", { kind: "oci", path: "/x/folder", tag: "v1" }],
    ["oci:/x/folder", { kind: "oci", path: "/x/folder" }],
    ["oci-archive:/x/a.tar:v1", { kind: "oci-archive", path: "/x/a.tar", tag: "v1" }],
    ["docker-archive:/x/a.tar", { kind: "docker-archive", path: "/x/a.tar" }],
    [
      "docker-archive:/x/a.tar:app:1",
      { kind: "docker-archive", reference: { registry: "docker.io", repository: "library/app", tag: "1" } },
    ],
    ["docker://host.example/app:1", { kind: "docker", reference: { registry: "host.example", tag: "1" } }],
    ["oras://host.example/app", { kind: "oras", reference: { repository: "app", tag: "latest" } }],
  ])("%s", (text, want) => {
    expect(parse(text)).toMatchObject(want);
  });

  test("--sandbox makes a path a folder", () => {
    expect(parseTarget("/x/box", { sandbox: true })).toMatchObject({ kind: "sandbox", path: "/x/box" });
    expect(() => parseTarget("oci:/x/box", { sandbox: true })).toThrow(/--sandbox/);
  });

  test.each([
    ["docker-daemon:app:1", "E_TARGET_TRANSPORT"],
    ["https://host.example/x.sif", "E_TARGET_TRANSPORT"],
    ["instance://one", "E_TARGET_TRANSPORT"],
    [`docker://host.example/app@sha256:${"0".repeat(64)}`, "E_TARGET_NAME"],
    [`oci:/x/folder@sha256:${"0".repeat(64)}`, "E_TARGET_NAME"],
    ["docker-archive:/x/a.tar:@0", "E_TARGET_NAME"],
    ["library://user/x", "E_URI_RETIRED"],
    ["nosuch://x", "E_URI_TRANSPORT"],
  ])("%s is none", (text, code) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code }));
  });
});

describe("before anything is done", () => {
  let dir: string;
  const at = (name: string) => join(dir, name);
  const check = (text: string, force = false, sandbox = false) =>
    checkTarget(parseTarget(text, { sandbox }), { force });
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "berth-target-"));
    writeFileSync(at("there.sif"), "");
    mkdirSync(at("home/documents"), { recursive: true });
    mkdirSync(at("box/.singularity.d"), { recursive: true });
    mkdirSync(at("empty"));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test("what exists is replaced only when that is said", async () => {
    for (const text of [at("there.sif"), `oci-archive:${at("there.sif")}`, `docker-archive:${at("there.sif")}`]) {
      await expect(check(text)).rejects.toMatchObject({ code: "E_TARGET_EXISTS" });
      await check(text, true);
    }
    await expect(check(at("box"), false, true)).rejects.toMatchObject({ code: "E_SANDBOX_EXISTS" });
    await check(at("box"), true, true);
  });

  test("a folder that is no unpacked image is never replaced by one", async () => {
    await expect(check(at("home"), true, true)).rejects.toMatchObject({ code: "E_SANDBOX_FOREIGN" });
    await expect(check(at("home"), true)).rejects.toMatchObject({ code: "E_TARGET_KIND" });
    await expect(check(`oci:${at("home")}`, true)).rejects.toMatchObject({ code: "E_LAYOUT_FOLDER" });
    await check(at("empty"), true, true);
    await check(`oci:${at("empty")}`);
  });

  test("a folder that is missing is named", async () => {
    for (const text of [at("no/x.sif"), `oci:${at("no/x")}`, `docker-archive:${at("no/x.tar")}`])
      await expect(check(text)).rejects.toMatchObject({ code: "E_TARGET_FOLDER" });
  });

  test("a registry is not asked", async () => {
    await check("docker://nowhere.invalid/app:1");
  });
});
