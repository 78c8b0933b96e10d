// Encrypts a squashfs file in the form that Apptainer builds without privileges: see index.ts. gocryptfs itself is not needed: its
// form is small, and what is written here it reads.

import { constants, createPublicKey, publicEncrypt, randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { partialName } from "../../base/publish.ts";
import type { SifObject } from "../sif/types.ts";
import { OwnWriter } from "../squashfs-writer/own-writer.ts";
import { codecOf } from "../squashfs-writer/writer/codec.ts";
import { BLOCK } from "../tar/block.ts";
import { encodeHeader } from "../tar/encode.ts";
import { derive, HEADER_BYTES, isPassphrase, OVERHEAD, PLAIN_BYTES, placeOf, sealBlock } from "./cipher.ts";
import { fail } from "./errors.ts";
import type { ImageKey } from "./index.ts";
import { configFor } from "./master-key.ts";

/** Plain bytes that are encrypted at a time. */
const CHUNK_BYTES = 256 * PLAIN_BYTES;

/** When files of the image were made, and how the work is stopped. */
export interface SealOptions {
  /** Seconds since 1970. */
  readonly time: number;
  readonly signal?: AbortSignal | undefined;
}

/** Replaces the squashfs file by its encrypted form; answers the objects that the SIF file needs beside it. @throws E_DECRYPT_PEM, E_ENCRYPT_PASSPHRASE */
export async function sealSquashfs(path: string, key: ImageKey, options: SealOptions): Promise<readonly SifObject[]> {
  // Apptainer's own form of a passphrase that nobody types.
  const passphrase = key.kind === "pem" ? randomBytes(16).toString("hex") : key.passphrase;
  if (!isPassphrase(passphrase)) throw fail("E_ENCRYPT_PASSPHRASE");
  const seal = key.kind === "pem" ? sealFor(key.key, passphrase) : undefined;
  const master = randomBytes(32);
  const config = Buffer.from(await configFor(master, passphrase));
  const sealed = partialName(path);
  try {
    await writeSealed(path, sealed, { config, key: derive(master) }, options);
    await rename(sealed, path);
  } catch (error) {
    await rm(sealed, { force: true });
    throw error;
  }
  return seal === undefined ? [] : [{ type: "crypto-message", name: "", content: seal, seal: true }];
}

function sealFor({ name, pem }: { readonly name: string; readonly pem: string }, passphrase: string): Buffer {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType !== "rsa") throw new Error("not RSA");
    const padding = { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };
    const sealed = publicEncrypt(padding, Buffer.from(passphrase));
    const long = sealed.length > 0xff ? [0x82, sealed.length >> 8, sealed.length & 0xff] : [0x81, sealed.length];
    const lines =
      Buffer.concat([Buffer.of(0x04, ...long), sealed])
        .toString("base64")
        .match(/.{1,64}/g) ?? [];
    return Buffer.from(["-----BEGIN MESSAGE-----", ...lines, "-----END MESSAGE-----", ""].join("\n"));
  } catch {
    throw fail("E_DECRYPT_PEM", { path: name, why: "it is not an RSA key in PEM form" });
  }
}

interface Content {
  readonly config: Buffer;
  readonly key: Buffer;
}

async function writeSealed(from: string, to: string, { config, key }: Content, o: SealOptions): Promise<void> {
  const source = await open(from, "r");
  try {
    const { size: plain } = await source.stat();
    // What is encrypted does not compress: the fastest level finds that out.
    const options = { codec: codecOf("gzip", 1), blockSize: 131_072, defaultTime: o.time, library: undefined };
    const writer = await OwnWriter.create(to, options);
    try {
      const write = (bytes: Buffer) =>
        new Promise<void>((resolve, reject) =>
          writer.sink.write(bytes, (error) => (error ? reject(error) : resolve())),
        );
      const size = HEADER_BYTES + plain + Math.ceil(plain / PLAIN_BYTES) * OVERHEAD;
      await write(
        Buffer.concat([header("gocryptfs.conf", 0o400, config.length, o.time), config, padding(config.length)]),
      );
      await write(header(`squashfs-${randomBytes(4).readUInt32LE(0)}`, 0o644, size, o.time));
      for await (const part of sealedContent(source, plain, key)) {
        o.signal?.throwIfAborted();
        await write(part);
      }
      await write(Buffer.concat([padding(size), Buffer.alloc(2 * BLOCK)]));
      await writer.finish();
    } catch (error) {
      throw (await writer.discard()) ?? error;
    }
  } finally {
    await source.close();
  }
}

function header(path: string, mode: number, size: number, mtime: number): Buffer {
  return encodeHeader({ kind: "file", path, target: "", mode, uid: 0, gid: 0, size, mtime, xattrs: undefined });
}

function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

async function* sealedContent(source: FileHandle, size: number, key: Buffer): AsyncGenerator<Buffer> {
  const number = randomBytes(16);
  yield Buffer.concat([Buffer.of(0, 2), number]);
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (let at = 0; at < size; ) {
    const length = await fill(source, chunk.subarray(0, Math.min(CHUNK_BYTES, size - at)), at);
    const blocks: Buffer[] = [];
    for (let from = 0; from < length; from += PLAIN_BYTES) {
      const plain = chunk.subarray(from, Math.min(from + PLAIN_BYTES, length));
      blocks.push(sealBlock(plain, key, placeOf((at + from) / PLAIN_BYTES, number)));
    }
    yield Buffer.concat(blocks);
    at += length;
  }
}

async function fill(source: FileHandle, chunk: Buffer, position: number): Promise<number> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesRead } = await source.read(chunk, done, chunk.length - done, position + done);
    if (bytesRead === 0) throw new Error("the image became shorter while it was encrypted");
    done += bytesRead;
  }
  return chunk.length;
}
