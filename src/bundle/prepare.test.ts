import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { silent } from "../base/log.ts";
import { readBundleConfig, readyBundle } from "./prepare.ts";
import { aBundle } from "./testing.ts";

describe("a bundle", () => {
  let bundle: string;
  beforeEach(() => {
    bundle = mkdtempSync(join(tmpdir(), "berth-bundle-"));
  });
  afterEach(() => rmSync(bundle, { recursive: true, force: true }));

  test("whose config.json is a pipe is refused at once", { timeout: 5_000 }, () => {
    execFileSync("mkfifo", [join(bundle, "config.json")]);
    expect(() => readBundleConfig(bundle)).toThrow("it is no file");
  });

  test("that names a device below a file lacks it", async () => {
    mkdirSync(join(bundle, "rootfs"));
    const config = aBundle({ linux: { devices: [{ path: "/etc/passwd/x", type: "c", major: 1, minor: 3 }] } });
    writeFileSync(join(bundle, "config.json"), JSON.stringify(config));
    const wish = { bundle, ignored: [], keepFds: [], env: {}, passEnv: [], devices: [], cdiDirs: [], log: silent };
    const ada = { uid: 1001, gid: 1001, name: "ada", home: "/home/ada", shell: "/bin/sh" };
    await expect(readyBundle(wish, ada)).rejects.toMatchObject({ code: "E_BUNDLE_DEVICE" });
  });
});
