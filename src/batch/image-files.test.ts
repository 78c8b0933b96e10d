// Rows 24, 27-32 of spec/shifter.md 10.2: an image as its files tell of it, and who may use it.

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBatchImage, type ImageSearch } from "./find-image.ts";
import { checkAccess } from "./image-access.ts";
import { readPublishedImage } from "./image-files.ts";
import { ANN, PLAIN_CONFIG, PLAIN_IMAGE } from "./testing.ts";

const ROOT = process.getuid?.() === 0;
let dir = "";

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "berth-images-"));
});

afterAll(() => rmSync(dir, { recursive: true }));

function publish(id: string, meta: string | undefined, document?: object, format = "squashfs"): void {
  if (meta !== undefined) writeFileSync(join(dir, `${id}.meta`), meta);
  if (document)
    writeFileSync(join(dir, `${id}.json`), JSON.stringify({ version: 1, id, digest: "x", format, ...document }));
  writeFileSync(join(dir, `${id}.${format}`), "hsqs");
}

const read = (id: string) => readPublishedImage(dir, id, `id:${id}`);

describe("an image of the gateway", () => {
  test("is what its .meta says", () => {
    publish(
      "one",
      "FORMAT: squashfs\nENTRY: ['/bin/echo', 'hi']\nCMD: ['there']\nWORKDIR: /data\nENV: A=B\nENV: C=D\n",
    );
    expect(read("one")).toEqual({
      id: "one",
      root: { kind: "file", path: join(dir, "one.squashfs"), format: "squashfs" },
      env: ["A=B", "C=D"],
      entrypoint: ["/bin/echo", "hi"],
      cmd: ["there"],
      workdir: "/data",
      users: [],
      groups: [],
    });
  });

  test("is what berth's own file says where .meta cannot say it", () => {
    const document = { env: ["A=two\nlines"], entry: ["it's"], cmd: null, workdir: "" };
    publish("two", "FORMAT: squashfs\nENV: A=other\n", document);
    expect(read("two")).toMatchObject({ env: ["A=two\nlines"], entrypoint: ["it's"], cmd: [], workdir: undefined });
  });

  test.each([
    ["row 30: that is not there", "nosuch", undefined, "FAILED to find requested image"],
    ["row 31: of another format", "old", "FORMAT: ext4\n", "unknown image format ext4"],
    ["without a format", "blank", "ENV: A=B\n", "unknown image format (none)"],
    ["with a damaged .meta", "bad", "ENTRY: ['x\n", "FAILED to read"],
  ])("%s is refused", (_, id, meta, why) => {
    if (meta !== undefined) writeFileSync(join(dir, `${id}.meta`), meta);
    expect(() => read(id)).toThrow(why);
  });

  test("whose file is gone is refused", () => {
    writeFileSync(join(dir, "half.meta"), "FORMAT: squashfs\n");
    expect(() => read("half")).toThrow("FAILED to find requested image");
  });

  test.skipIf(ROOT)(`whose files are closed is explained${ROOT ? " [root may read everything]" : ""}`, () => {
    publish("closed", "FORMAT: squashfs\n");
    chmodSync(join(dir, "closed.squashfs"), 0);
    expect(() => read("closed")).toThrow("belongs to the gateway and is closed to users");
  });
});

describe("who may use an image", () => {
  const allowed = (meta: string): boolean => {
    publish("acl", `FORMAT: squashfs\n${meta}`);
    try {
      checkAccess(read("acl"), ANN);
      return true;
    } catch (error) {
      expect((error as Error).message).toBe("FAILED permission denied to image acl");
      return false;
    }
  };

  test.each([
    ["without lists: everybody", "", true],
    ["row 27: a list of others", "USERACL: 1,2\n", false],
    ["a list with the caller", "USERACL: 5,1000\n", true],
    ["row 28: a group of the caller", "GROUPACL: 2000\n", true],
    ["the primary group of the caller", "GROUPACL: 1000\n", true],
    ["others' groups", "GROUPACL: 7\n", false],
    ["row 29: others, and an empty list of groups", "USERACL: 1,2\nGROUPACL:\n", false],
    ["row 24: what is no number is passed over", "USERACL: 1000x,2\n", false],
    ["row 24: blanks and empty places", "USERACL: ,, 1000 ,\n", true],
  ])("%s", (_, meta, want) => {
    expect(allowed(meta)).toBe(want);
  });

  test("nobody, when a private image has no lists, or lists that cannot be read", () => {
    for (const acl of [{ private: true, users: [], groups: [] }, "nonsense"]) {
      publish("secret", "FORMAT: squashfs\n", { acl });
      expect(() => checkAccess(read("secret"), ANN)).toThrow("FAILED permission denied");
    }
    publish("secret", "FORMAT: squashfs\n", { acl: { private: true, users: [1000], groups: [] } });
    checkAccess(read("secret"), ANN);
  });
});

describe("finding an image", () => {
  const search = (parts: Partial<ImageSearch["config"]> = {}): ImageSearch => ({
    config: { ...PLAIN_CONFIG, imagePath: dir, ...parts },
    person: ANN,
    env: {},
    lookup: async ({ name }) => `id-of-${name}`,
  });
  const find = (type: "docker" | "id" | "local", name: string, parts = {}) =>
    findBatchImage({ type, name, asked: `${type}:${name}` }, search(parts));

  test("asks the gateway for names, and nobody for ids", async () => {
    publish("id-of-tool", "FORMAT: squashfs\n");
    expect((await find("docker", "tool")).image.id).toBe("id-of-tool");
    expect((await find("id", "id-of-tool")).image.id).toBe("id-of-tool");
  });

  test("checks the lists of what it was led to", async () => {
    publish("id-of-theirs", "FORMAT: squashfs\nUSERACL: 1\n");
    await expect(find("docker", "theirs")).rejects.toThrow("FAILED permission denied");
    await expect(find("id", "id-of-theirs")).rejects.toThrow("FAILED permission denied");
  });

  test("row 32: takes a directory where the site allows it", async () => {
    mkdirSync(join(dir, "tree"));
    const path = join(dir, "tree");
    await expect(find("local", path)).rejects.toThrow("this site does not allow directories as images");
    expect((await find("local", path, { allowLocalChroot: true })).image).toEqual({
      ...PLAIN_IMAGE,
      id: path,
      root: { kind: "dir", path },
    });
    await expect(find("local", `${path}/none`, { allowLocalChroot: true })).rejects.toThrow(
      "it is no directory, or out of your reach",
    );
  });
});
