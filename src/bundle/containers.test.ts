import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { knownContainer, reserveContainer, theContainer } from "./containers.ts";

describe("the folder of containers", () => {
  let root: string;
  beforeEach(() => {
    root = join(mkdtempSync(join(tmpdir(), "berth-containers-")), "oci");
  });
  afterEach(() => rmSync(join(root, ".."), { recursive: true, force: true }));

  test("is made for its owner alone, and has each id once", async () => {
    expect(await knownContainer(root, "one")).toBeUndefined();
    await reserveContainer(root, "one");
    await expect(reserveContainer(root, "one")).rejects.toThrow("container one already exists");
    await expect(theContainer(root, "one")).rejects.toThrow("container one does not exist");
  });

  test("is not believed when everybody may write to it", async () => {
    mkdirSync(root);
    chmodSync(root, 0o777);
    await expect(knownContainer(root, "one")).rejects.toThrow("everybody may write to it");
    await expect(reserveContainer(root, "one")).rejects.toThrow("everybody may write to it");
  });

  test.skipIf(process.getuid?.() !== 0)("is not believed when it is somebody else's [root gives it away]", async () => {
    mkdirSync(join(root, "one"), { recursive: true });
    writeFileSync(join(root, "one/state.json"), JSON.stringify({ format: 1, pid: process.pid, start: "1" }));
    chownSync(root, 65534, 65534);
    await expect(theContainer(root, "one")).rejects.toThrow("it belongs to uid 65534");
    await expect(reserveContainer(root, "two")).rejects.toThrow("it belongs to uid 65534");
  });
});
