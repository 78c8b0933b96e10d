// The seal on credentials and the file with its key.

import { chmod, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSeal, sealWith } from "./seal.ts";

const seal = sealWith(Buffer.alloc(32, 7));

describe("a sealed text", () => {
  test("opens with the same key and context, whatever it says", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, context) => {
        expect(seal.open(seal.close(text, context), context)).toBe(text);
      }),
      { numRuns: 200 },
    );
  });

  test("looks different each time and shows nothing", () => {
    const [one, two] = [seal.close("ann:secret", "p1"), seal.close("ann:secret", "p1")];
    expect(one).not.toBe(two);
    expect(Buffer.from(one.slice(3), "base64url").includes("secret")).toBe(false);
  });

  test("does not open in another context, with another key, or when changed", () => {
    const closed = seal.close("secret", "p1");
    const bytes = Buffer.from(closed.slice(3), "base64url");
    const changed = [...bytes.keys()].map((at) => {
      const other = Buffer.from(bytes);
      other[at] = (other[at] ?? 0) ^ 1;
      return `v1.${other.toString("base64url")}`;
    });
    const broken = { code: "E_SEAL_BROKEN" };
    const failing = (attempt: () => string) => {
      try {
        return attempt();
      } catch (error) {
        return error;
      }
    };
    expect(failing(() => seal.open(closed, "p2"))).toMatchObject(broken);
    expect(failing(() => sealWith(Buffer.alloc(32, 8)).open(closed, "p1"))).toMatchObject(broken);
    for (const text of [...changed, "", "v1", "v1.", "v2.AAAA", closed.slice(0, 20)])
      expect(failing(() => seal.open(text, "p1"))).toMatchObject(broken);
  });
});

describe("a key file", () => {
  let dir = "";
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "berth-seal-"));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  test("is made once, for its owner only, by servers that start together", async () => {
    const path = join(dir, "state", "key");
    const seals = await Promise.all([openSeal(path), openSeal(path), openSeal(path)]);
    const closed = seals[0]?.close("secret", "p1") ?? "";
    for (const one of [...seals, await openSeal(path)]) expect(one.open(closed, "p1")).toBe("secret");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, "utf8")).toMatch(/^[0-9a-f]{64}\n$/);
  });

  test.each([
    ["that others may read", (path: string) => chmod(path, 0o640), "others may read it"],
    ["with other content", (path: string) => writeFile(path, "password"), "its content is no key"],
    ["that is empty", (path: string) => writeFile(path, ""), "its content is no key"],
    ["that is a link", (path: string) => rm(path).then(() => symlink("/etc/passwd", path)), "ELOOP"],
  ])("%s is refused", async (_, spoil, reason) => {
    const path = join(dir, "key");
    await openSeal(path);
    await spoil(path);
    const error = await openSeal(path).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "E_SEAL_KEY" });
    expect(String(error)).toContain(reason);
  });
});
