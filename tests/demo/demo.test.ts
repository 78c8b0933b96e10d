// The README's first command, as an ordinary user: `berth demo`, and `berth demo build` on the image that it made.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { chown } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AS_ROOT, asUser, installed, ordinaryUser } from "../support/ordinary-user.ts";
import { unmountBelow } from "../support/unmount.ts";

const BINARY = join(import.meta.dirname, "../../build/berth");
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
    unmountBelow(cache);
    rmSync(cache, { recursive: true, force: true });
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
