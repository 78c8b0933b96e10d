import { mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEFAULT_NODE_DIR, keyOfName, nodeDirOf, parseId, parseJob, setupDir } from "./place.ts";

describe("the directory of set-ups", () => {
  test("is what the option says, else the variable, else the site, else the usual one", () => {
    expect(nodeDirOf("/a", { BERTH_NODE_DIR: "/b" }, "/c")).toBe("/a");
    expect(nodeDirOf(undefined, { BERTH_NODE_DIR: "/b" }, "/c")).toBe("/b");
    expect(nodeDirOf(undefined, {}, "/c")).toBe("/c");
    expect(nodeDirOf(undefined, {}, undefined)).toBe(DEFAULT_NODE_DIR);
  });

  test("is named without links, as tables of mounts have it, whether it is there yet or not", () => {
    const dir = mkdtempSync(join(tmpdir(), "berth-place-"));
    const real = realpathSync(dir);
    symlinkSync(real, join(dir, "link"));
    expect(nodeDirOf(join(dir, "link"), {}, undefined)).toBe(real);
    expect(nodeDirOf(join(dir, "link/new/one"), {}, undefined)).toBe(`${real}/new/one`);
    rmSync(dir, { recursive: true });
  });

  test.each(["a", "/", "/a/", "/a//b", "/a/../b", "/./a", "/a\nb", "//a"])("is never %j", (dir) => {
    expect(() => nodeDirOf(dir, {}, undefined)).toThrow(/the directory of set-ups cannot be/);
  });
});

describe("keys", () => {
  test("make names that lead back to them, and no other name does", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4_294_967_294 }),
        fc.bigInt({ min: 0n, max: 10n ** 19n }),
        (uid, number) => {
          const job = parseJob(String(number));
          const name = setupDir("/n", { uid, job }).slice("/n/".length);
          expect(keyOfName(name)).toEqual({ uid, job });
        },
      ),
      { numRuns: 200 },
    );
    for (const name of ["", "1", "1.", ".1", "0.1", "1.1.lock", "1.1.ssh", "x.1", "1.x", "-1.1", "1.1 "])
      expect([name, keyOfName(name)]).toEqual([name, undefined]);
  });

  test.each(["", "0", "-1", "1e3", "0x1", "4294967295", "99999999999", "root", "1 ", "१"])(
    "never hold the user %j",
    (text) => {
      expect(() => parseId("--uid", text)).toThrow(/--uid cannot be/);
    },
  );

  test("take a job's number in any spelling for one", () => {
    expect(parseJob(undefined)).toBe("0");
    expect(parseJob("007")).toBe("7");
    for (const text of ["", "-1", "7_1", "7.0", "../7", "9".repeat(21)])
      expect(() => parseJob(text)).toThrow(/--job cannot be/);
  });
});
