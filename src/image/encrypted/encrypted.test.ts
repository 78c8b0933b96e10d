// What is sealed here opens here with its key and with no other; what was changed is refused. gocryptfs itself reads it, too.

import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openImage } from "../open.ts";
import { deriveUuid, prependSif } from "../sif/index.ts";
import { OwnWriter } from "../squashfs-writer/own-writer.ts";
import { codecOf } from "../squashfs-writer/writer/codec.ts";
import { encodeHeader } from "../tar/encode.ts";
import { type ImageKey, openEncrypted } from "./index.ts";
import { contentKey } from "./master-key.ts";
import { openMessage } from "./pem-message.ts";
import { sealSquashfs } from "./seal.ts";

const word: ImageKey = { kind: "passphrase", passphrase: "open sesame" };
const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = (text: string | Buffer) => ({ kind: "pem", key: { name: "key.pem", pem: String(text) } }) as const;
const publicPem = pem(pair.publicKey.export({ type: "pkcs1", format: "pem" }));
const privatePem = pem(pair.privateKey.export({ type: "pkcs1", format: "pem" }));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-sealed-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
// Of the kind that does not compress, the same every time.
const bytesOf = (size: number) => Buffer.from(Array.from({ length: size }, (_, index) => mixed(index) & 0xff));
const mixed = (index: number) => Math.imul(Math.imul(index + 1, 0x9e3779b1) ^ (index >>> 3), 0x85ebca6b) >>> 24;

async function makeSquashfs(path: string, content: Buffer): Promise<void> {
  const writer = await OwnWriter.create(path, {
    codec: codecOf("zstd", 3),
    blockSize: 131_072,
    defaultTime: 0,
    library: undefined,
  });
  const facts = { kind: "file", target: "", mode: 0o644, uid: 0, gid: 0, mtime: 0, xattrs: undefined } as const;
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  const tar = [encodeHeader({ ...facts, path: "hidden", size: content.length }), content, padding, Buffer.alloc(1024)];
  await new Promise((resolve) => writer.sink.write(Buffer.concat(tar), resolve));
  await writer.finish();
}

async function makeSealed(name: string, key: ImageKey, content: Buffer): Promise<string> {
  const path = at(name);
  rmSync(path, { force: true });
  await makeSquashfs(path, content);
  const objects = await sealSquashfs(path, key, { time: 0 });
  const partition = { fs: "gocryptfs-squashfs", kind: "primary", arch: "amd64", name: "squashfs" } as const;
  await prependSif(path, { uuid: deriveUuid("sha256:00", ""), time: 0, objects, partition });
  return path;
}

async function read(path: string, key: ImageKey): Promise<Buffer> {
  const image = await openImage(path, { encrypted: true });
  if (image.kind !== "sif") throw new Error("no SIF file");
  const { tree } = await openEncrypted({ ...image, offset: image.partition.offset }, key);
  try {
    return await tree.readSmall("/hidden", 10_000_000);
  } finally {
    await tree.close();
  }
}

describe("an encrypted image", () => {
  test("opens with its passphrase, whatever size it has", async () => {
    // Around the sizes of gocryptfs' and squashfs' blocks, and several of the latter.
    const size = fc.oneof(fc.integer({ min: 0, max: 9000 }), fc.constantFrom(131_071, 131_072, 700_001));
    await fc.assert(
      fc.asyncProperty(size, async (length) => {
        const content = bytesOf(length);
        expect((await read(await makeSealed("any.sif", word, content), word)).equals(content)).toBe(true);
      }),
      { numRuns: 5, seed: 3 },
    );
  }, 30_000);

  test("opens with the private key of the public key it was made for", async () => {
    const path = await makeSealed("pem.sif", publicPem, bytesOf(10));
    expect(await read(path, privatePem)).toEqual(bytesOf(10));
  });

  test("does not open with another passphrase, another key, a public key or nothing", async () => {
    const byWord = await makeSealed("word.sif", word, bytesOf(10));
    const byKey = await makeSealed("key.sif", publicPem, bytesOf(10));
    const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const wrong = { kind: "passphrase", passphrase: "open barley" } as const;
    await expect(read(byWord, wrong)).rejects.toThrow("this is not its passphrase");
    await expect(read(byKey, wrong)).rejects.toThrow("this is not its passphrase");
    await expect(read(byKey, pem(other.export({ type: "pkcs1", format: "pem" })))).rejects.toThrow("does not open it");
    await expect(read(byKey, publicPem)).rejects.toThrow("it is a public key");
    await expect(read(byWord, privatePem)).rejects.toThrow("nothing that opens it was given");
    await expect(read(byWord, { kind: "passphrase", passphrase: "a\nb" })).rejects.toThrow("one line");
  });

  test("says nothing of its content or its passphrase in plain bytes", async () => {
    const path = await makeSealed("quiet.sif", word, Buffer.from("a very secret sentence"));
    const bytes = readFileSync(path);
    for (const text of ["secret", "hidden", "sesame"]) expect(bytes.includes(text)).toBe(false);
  });

  test("is refused when a byte of its content was changed", async () => {
    const path = await makeSealed("changed.sif", word, bytesOf(50_000));
    const image = await openImage(path, { encrypted: true });
    if (image.kind !== "sif") throw new Error("no SIF file");
    const file = await open(path, "r+");
    // Behind superblock and gocryptfs.conf, amid the content.
    const place = image.partition.offset + 20_000;
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, place);
    await file.write(Buffer.of((byte[0] ?? 0) ^ 1), 0, 1, place);
    await file.close();
    await expect(read(path, word)).rejects.toThrow("was changed after it was encrypted");
  });

  test("is no image for whoever does not know what to do with one", async () => {
    await expect(openImage(await makeSealed("plain.sif", word, bytesOf(1)))).rejects.toThrow("is encrypted");
  });
});

describe("a gocryptfs.conf", () => {
  const good = {
    EncryptedKey: Buffer.alloc(64).toString("base64"),
    ScryptObject: { Salt: Buffer.alloc(32).toString("base64"), N: 1024, R: 8, P: 1, KeyLen: 32 },
    Version: 2,
    FeatureFlags: ["HKDF", "GCMIV128"],
  };
  const refused: readonly (readonly [string, unknown, string])[] = [
    ["that asks for a terabyte of memory", { ScryptObject: { ...good.ScryptObject, N: 2 ** 30 } }, "impossible amount"],
    ["whose cost is none", { ScryptObject: { ...good.ScryptObject, N: 2, P: 16 } }, "impossible amount"],
    ["whose cost is no power of two", { ScryptObject: { ...good.ScryptObject, N: 1000 } }, "impossible amount"],
    ["with a feature nobody knows", { FeatureFlags: [...good.FeatureFlags, "XChaCha20Poly1305"] }, "XChaCha20Poly1305"],
    ["of another version", { Version: 1 }, "of another kind"],
    ["with half a key", { EncryptedKey: "AAAA" }, "damaged"],
  ];
  test.each(refused)("%s is refused", async (_, change, says) => {
    const text = JSON.stringify({ ...good, ...(change as object) });
    await expect(contentKey(text, "x", "image.sif")).rejects.toThrow(says);
  });

  test("of any other content ends in an error of this room", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
        await expect(contentKey(text, "x", "image.sif")).rejects.toThrow("cannot decrypt the image image.sif");
      }),
      { numRuns: 100, seed: 5 },
    );
  });
});

test("a damaged message with a key is refused", () => {
  for (const body of ["", "AAAA", "BIIBAA==", "BIL/////"]) {
    const message = `-----BEGIN MESSAGE-----\n${body}\n-----END MESSAGE-----\n`;
    expect(() => openMessage(message, privatePem.key, "image.sif")).toThrow("message with its key is damaged");
  }
});

const programs = ["gocryptfs", "unsquashfs"].filter((name) => !existsSync(`/usr/bin/${name}`));
test.skipIf(programs.length > 0)(
  `gocryptfs finds nothing to complain of [needs ${programs.join(", ") || "nothing"}]`,
  async () => {
    await makeSealed("check.sif", word, bytesOf(300_000));
    const image = await openImage(at("check.sif"), { encrypted: true });
    if (image.kind !== "sif") throw new Error("no SIF file");
    mkdirSync(at("unpacked"));
    spawnSync("unsquashfs", ["-n", "-o", String(image.partition.offset), "-d", at("unpacked/c"), at("check.sif")]);
    expect(readdirSync(at("unpacked/c")).length).toBe(2);
    writeFileSync(at("word"), "open sesame\n", { mode: 0o600 });
    const done = spawnSync("gocryptfs", ["-fsck", "-passfile", at("word"), at("unpacked/c")], { encoding: "utf8" });
    expect(done.stdout + done.stderr).toContain("no problems found");
  },
);
