// The README's first command, as an ordinary user: `berth demo`, `berth demo build` on the image that it made,
// `berth demo gateway` and `berth demo policy`.

import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { chown } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AS_ROOT, asUser, installed, ordinaryUser } from "../support/ordinary-user.ts";
import { removeAll } from "../support/unmount.ts";

const BINARY = join(import.meta.dirname, "../../build/berth");
const MAIN = join(import.meta.dirname, "../../src/main.ts");
const absent = !existsSync(BINARY) ? "build/berth" : !installed("mmdebstrap") ? "mmdebstrap" : "";

describe.skipIf(absent)(`the demonstrations${absent ? ` [needs ${absent}]` : ""}`, () => {
  let cache: string;
  const user = ordinaryUser();

  beforeAll(async () => {
    cache = mkdtempSync(join(tmpdir(), "berth-demo-cache-"));
    if (AS_ROOT) await chown(cache, user.uid, user.gid);
  });
  afterAll(() => {
    const [command = "", ...rest] = asUser(user, [BINARY, "cache", "clean", "--force"]);
    spawnSync(command, rest, { env: environment() });
    removeAll(cache);
  });

  const environment = () => ({ PATH: process.env["PATH"] ?? "", HOME: user.home, BERTH_CACHEDIR: cache });
  const demo = (...args: string[]) => {
    const [command = "", ...rest] = asUser(user, [BINARY, "demo", ...args]);
    return spawnSync(command, rest, { cwd: "/", env: environment(), encoding: "utf8" });
  };

  // The cache is private, as berth makes it: what works under other ids must not depend on reaching it.
  test.each([[[]], [["build"]]])(
    "every proof of `berth demo %s` holds",
    (args) => {
      const ran = demo(...args);
      expect(`${ran.stdout}${ran.stderr}`).toMatch(/(\d+) of \1 proofs held/);
      expect(ran.status).toBe(0);
    },
    300_000,
  );
});

// From source, since the server runs on Node in any case; neither network nor other programs are needed.
describe.each([["gateway"], ["policy"]])("the demonstration of %s", (name) => {
  test("holds all its proofs", () => {
    const folder = mkdtempSync(join(tmpdir(), `berth-demo-${name}-`));
    // Root steps down to nobody, who has to get there.
    chmodSync(folder, 0o755);
    const env = { PATH: process.env["PATH"] ?? "", HOME: folder, TMPDIR: folder };
    const ran = spawnSync(process.execPath, [MAIN, "demo", name], { cwd: "/", env, encoding: "utf8" });
    expect(`${ran.stdout}${ran.stderr}`).toMatch(/(\d+) of \1 proofs held/);
    expect(ran.status).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  }, 300_000);
});
