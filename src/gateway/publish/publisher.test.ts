import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { silent } from "../../base/log.ts";
import type { ImageRecord, MadeImage, Publisher } from "../types.ts";
import { parseDocument } from "./image-document.ts";
import { readMeta } from "./meta-reader.ts";
import { makePublisher } from "./publisher.ts";

const ID = "ab".repeat(32);
const DIGEST = `sha256:${ID}`;
const ACL = { private: false, users: [], groups: [] };
const signal = new AbortController().signal;
const AS_ROOT = process.getuid?.() === 0;

let dir: string;
let imageDir: string;
let publisher: Publisher;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-publish-"));
  imageDir = join(dir, "images");
  await mkdir(imageDir);
  publisher = publisherFor(imageDir);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

function publisherFor(target: string, publicFiles?: "readable"): Publisher {
  const transfer = { kind: "local", imageDir: target } as const;
  const system = {
    ...{ name: "mycluster", mungeSocket: undefined, admins: [], operators: [], format: "squashfs" as const },
    ...{ converterOptions: {}, platform: "linux/amd64", transfer, publicFiles },
  };
  const config = { systems: new Map([["mycluster", system]]), aclInMeta: true };
  return makePublisher(config, { log: silent, now: () => 1000 });
}

async function made(content = "the image", change: Partial<MadeImage> = {}): Promise<MadeImage> {
  const path = join(dir, "made.squashfs");
  await rm(path, { force: true });
  await writeFile(path, content);
  const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
  return {
    ...{ id: ID, digest: DIGEST, private: false, source: "docker://x/y:1", arch: "amd64", os: "linux" },
    ...{ env: ["A=B"], entry: ["/bin/it"], cmd: null, workdir: "/data", labels: { l: "v" }, user: "1000" },
    file: { path, format: "squashfs", bytes: content.length, digest },
    ...change,
  };
}

const textOf = (name: string) => readFile(join(imageDir, name), "utf8");

describe("a published image", () => {
  test("is three files that only the gateway's account can read", async () => {
    await publisher.publish("mycluster", await made(), ACL, signal);
    expect((await readdir(imageDir)).sort()).toEqual([`${ID}.json`, `${ID}.meta`, `${ID}.squashfs`]);
    for (const name of await readdir(imageDir))
      expect((await stat(join(imageDir, name))).mode & 0o7777, name).toBe(0o600);
    expect(await textOf(`${ID}.squashfs`)).toBe("the image");
    expect(readMeta(await textOf(`${ID}.meta`))).toMatchObject({
      format: "squashfs",
      entry: ["/bin/it"],
      env: ["A=B"],
    });
    expect(parseDocument(await textOf(`${ID}.json`))).toMatchObject({ id: ID, digest: DIGEST, user: "1000", bytes: 9 });
    expect(await publisher.exists("mycluster", ID, "squashfs", signal)).toBe(true);
  });

  test("is readable by all where the site wants that, as long as it is public", async () => {
    const open = publisherFor(imageDir, "readable");
    const modes = async () => {
      const names = await readdir(imageDir);
      return await Promise.all(names.map(async (name) => (await stat(join(imageDir, name))).mode & 0o7777));
    };
    const everybody = { ...ACL, private: false };
    const image = await made();
    await open.publish("mycluster", image, everybody, signal);
    expect(await modes()).toEqual([0o644, 0o644, 0o644]);
    await open.publish("mycluster", { ...image, file: undefined }, { ...ACL, private: true }, signal);
    expect(await modes()).toEqual([0o600, 0o600, 0o600]);
    await open.publish("mycluster", { ...image, file: undefined }, everybody, signal);
    expect(await modes()).toEqual([0o644, 0o644, 0o644]);
  });

  test("is not copied on the file system it was made on, and the made file stays its owner's", async () => {
    const image = await made();
    await publisher.publish("mycluster", image, ACL, signal);
    const [from, to] = [await stat(image.file?.path ?? ""), await stat(join(imageDir, `${ID}.squashfs`))];
    expect(to.ino).toBe(from.ino);
  });

  test("can be published again, and by two at once", async () => {
    const image = await made();
    await Promise.all([1, 2, 3].map(() => publisher.publish("mycluster", image, ACL, signal)));
    await publisher.publish("mycluster", image, ACL, signal);
    expect(await readdir(imageDir)).toHaveLength(3);
  });

  test("is not replaced by another one with the same short hash", async () => {
    await publisher.publish("mycluster", await made(), ACL, signal);
    const other = await made("another", { digest: `sha256:${"cd".repeat(32)}` });
    await expect(publisher.publish("mycluster", other, ACL, signal)).rejects.toMatchObject({
      code: "E_PUBLISH_ID_TAKEN",
    });
    expect(await textOf(`${ID}.squashfs`)).toBe("the image");
  });

  test("keeps its file, its USER and its age when only its lists change", async () => {
    await publisher.publish("mycluster", await made(), ACL, signal);
    const before = parseDocument(await textOf(`${ID}.json`));
    const acl = { private: true, users: [7], groups: [8] };
    await publisher.republish("mycluster", record(), acl, signal);
    expect(readMeta(await textOf(`${ID}.meta`))).toMatchObject({ users: [7], groups: [8], entry: ["/bin/it"] });
    expect(parseDocument(await textOf(`${ID}.json`))).toEqual({ ...before, acl });
  });

  test("gets its metadata only, when the pull found nothing else changed", async () => {
    await publisher.publish("mycluster", await made(), ACL, signal);
    await publisher.publish("mycluster", await made("", { file: undefined, env: ["C=D"] }), ACL, signal);
    expect(readMeta(await textOf(`${ID}.meta`))?.env).toEqual(["C=D"]);
    expect(parseDocument(await textOf(`${ID}.json`))).toMatchObject({ bytes: 9, format: "squashfs" });
  });

  test("goes as often as it is told to", async () => {
    await publisher.publish("mycluster", await made(), ACL, signal);
    await publisher.remove("mycluster", ID, "squashfs", signal);
    await publisher.remove("mycluster", ID, "squashfs", signal);
    expect(await readdir(imageDir)).toEqual([]);
    expect(await publisher.exists("mycluster", ID, "squashfs", signal)).toBe(false);
  });
});

test("metadata of an image that is gone is not written", async () => {
  await expect(publisher.republish("mycluster", record(), ACL, signal)).rejects.toMatchObject({
    code: "E_PUBLISH_GONE",
  });
  expect(await readdir(imageDir)).toEqual([]);
});

test("a file that is not what it is said to be is not published", async () => {
  const image = await made();
  await writeFile(image.file?.path ?? "", "the imag");
  await expect(publisher.publish("mycluster", image, ACL, signal)).rejects.toMatchObject({
    code: "E_PUBLISH_DAMAGED",
  });
  expect(await readdir(imageDir)).toEqual([]);
});

test("only what can be berth's is listed, with its age", async () => {
  await publisher.publish("mycluster", await made(), ACL, signal);
  await writeFile(join(imageDir, `${ID}.squashfs.partial.abcDEF`), "part");
  await writeFile(join(imageDir, "README"), "not ours");
  const names = (await publisher.files("mycluster", signal)).map(({ name }) => name);
  expect(names.sort()).toEqual([`${ID}.json`, `${ID}.meta`, `${ID}.squashfs`, `${ID}.squashfs.partial.abcDEF`]);
});

test("ids that would leave the folder are refused", async () => {
  const image = await made("x", { id: "../../etc" });
  await expect(publisher.publish("mycluster", image, ACL, signal)).rejects.toMatchObject({ code: "E_PUBLISH_NAME" });
  await expect(publisher.remove("mycluster", ID, "../x", signal)).rejects.toMatchObject({ code: "E_PUBLISH_NAME" });
});

test("a folder that is missing is an error, not an empty one", async () => {
  const elsewhere = publisherFor(join(dir, "missing"));
  await expect(elsewhere.files("mycluster", signal)).rejects.toMatchObject({ code: "E_PUBLISH_UNWRITABLE" });
  await expect(elsewhere.publish("mycluster", await made(), ACL, signal)).rejects.toThrow(/cannot be written/);
});

test.skipIf(AS_ROOT)(
  "a folder that cannot be written is one clear error (skipped as root, who may write anywhere)",
  async () => {
    await chmod(imageDir, 0o500);
    await expect(publisher.publish("mycluster", await made(), ACL, signal)).rejects.toMatchObject({
      code: "E_PUBLISH_UNWRITABLE",
    });
    await chmod(imageDir, 0o700);
    expect(await readdir(imageDir)).toEqual([]);
  },
);

test.skipIf(!AS_ROOT)(
  "on another file system it is copied, read back, and a full disk leaves nothing (needs root for a tmpfs)",
  async () => {
    const script = `
    set -e
    mount -t tmpfs -o size=2m none "$1"
    head -c 1000000 /dev/zero > "$2/small"; head -c 4000000 /dev/zero > "$2/large"
    exec "$3" "$4" "$1" "$2"`;
    const helper = join(import.meta.dirname, "../../../tests/gateway-publish/publish-to.ts");
    const args = [
      "--mount",
      "--propagation",
      "private",
      "sh",
      "-c",
      script,
      "sh",
      imageDir,
      dir,
      process.execPath,
      helper,
    ];
    const said = execFileSync("unshare", args, { encoding: "utf8" });
    expect(JSON.parse(said)).toEqual({ small: "published", large: "E_PUBLISH_FULL", left: 3 });
  },
);

function record(): ImageRecord {
  return {
    ...{ key: 1, system: "mycluster", id: ID, itype: "docker", tags: [], format: "squashfs", status: "READY" as const },
    ...{ statusMessage: "", private: true, owner: undefined, users: [], groups: [], digest: DIGEST, bytes: 9 },
    ...{ source: "docker://x/y:1", arch: "amd64", os: "linux", env: ["A=B"], entry: ["/bin/it"], cmd: null },
    ...{ workdir: "/data", labels: { l: "v" }, createdAt: 1, lastPull: 1, lastUse: null, expires: null },
  };
}
