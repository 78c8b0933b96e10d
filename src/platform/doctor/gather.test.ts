import { expect, test } from "vitest";
import { currentUser } from "../user.ts";
import { gatherFacts, osRelease, parseSubIds } from "./gather.ts";
import { parseConfig } from "./kernel.ts";

test("os-release values lose their quotes", () => {
  expect(osRelease('ID=ubuntu\nPRETTY_NAME="Ubuntu 24.04 LTS"\nID_LIKE=debian\n')).toEqual({
    ID: "ubuntu",
    PRETTY_NAME: "Ubuntu 24.04 LTS",
    ID_LIKE: "debian",
  });
});

test("subordinate ids are found by name and by number, and broken lines are passed over", () => {
  const text = "ada:100000:65536\nbob:165536:65536\n1000:300000:10\nada:x:1\nada:1:0\n\n";
  expect(parseSubIds(text, { uid: 1000, name: "ada" })).toEqual([
    { first: 100_000, count: 65_536 },
    { first: 300_000, count: 10 },
  ]);
});

test("options of the kernel's configuration are found, and those not set are not", () => {
  const text = "CONFIG_SQUASHFS=m\n# CONFIG_SQUASHFS_ZSTD is not set\nCONFIG_SQUASHFS_XZ=y\nCONFIG_SOUND=y\n";
  expect(parseConfig(text)).toEqual({ SQUASHFS: "m", SQUASHFS_XZ: "y" });
});

test("this machine can be looked at without a launcher, and with a launcher that cannot run", async () => {
  const options = { env: process.env, user: currentUser(), now: 0, signal: AbortSignal.timeout(20_000) };
  const facts = await gatherFacts({ ...options, launcher: undefined });
  expect(facts.namespaces.trial.by).toBe("unshare");
  expect(facts.kernel.release).not.toBe("");
  const broken = await gatherFacts({ ...options, launcher: "/nonexistent/berth-launch" });
  expect(broken.namespaces.trial.works).toBeUndefined();
});

test("a temporary folder that does not exist is told, not thrown", async () => {
  const env = { ...process.env, BERTH_TMPDIR: "/nonexistent/folder", BERTH_CACHEDIR: "/proc/nonexistent" };
  const facts = await gatherFacts({
    env,
    user: currentUser(),
    now: 0,
    launcher: undefined,
    signal: AbortSignal.timeout(20_000),
  });
  expect(facts.namespaces.trial).toMatchObject({
    works: undefined,
    reason: "/nonexistent/folder cannot be written to",
  });
});
