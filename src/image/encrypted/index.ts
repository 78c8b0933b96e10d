// An encrypted image as Apptainer packs it without privileges: a squashfs that holds gocryptfs.conf and one encrypted file,
// itself a squashfs with the root file system. Here it is read without mounting it; nothing decrypted is written anywhere.

import { open } from "node:fs/promises";
import { readObject } from "../sif/read.ts";
import type { SifFile } from "../sif/types.ts";
import { openSquashfs, type SquashfsTree } from "../squashfs-reader/index.ts";
import { isPassphrase } from "./cipher.ts";
import { fail } from "./errors.ts";
import { contentKey } from "./master-key.ts";
import { openMessage, type PrivateKey } from "./pem-message.ts";
import { plainFile } from "./plain-file.ts";

/** What opens an image. */
export type ImageKey =
  | { readonly kind: "passphrase"; readonly passphrase: string }
  | { readonly kind: "pem"; readonly key: PrivateKey };

/** An image whose root file system is encrypted, and where that lies. */
export interface EncryptedImage {
  readonly path: string;
  /** Byte offset of the partition. */
  readonly offset: number;
  readonly sif: SifFile;
}

/** The opened root file system, and what a mount needs to know. */
export interface Decrypted {
  readonly tree: SquashfsTree;
  /** Name of the encrypted file. */
  readonly name: string;
  /** For gocryptfs. */
  readonly passphrase: string;
}

const MAX_CONFIG_BYTES = 64 * 1024;

/** True when the image was encrypted for an RSA key. */
export function wantsPem({ sif }: EncryptedImage): boolean {
  return sif.descriptors.some(({ type }) => type === "crypto-message");
}

/** Opens the root file system; `close()` of its tree closes all. @throws E_DECRYPT_…, E_SQUASHFS_…, E_SIF_… */
export async function openEncrypted(image: EncryptedImage, key: ImageKey): Promise<Decrypted> {
  const { path, offset } = image;
  const passphrase = key.kind === "pem" ? await sealedPassphrase(image, key.key) : key.passphrase;
  if (!isPassphrase(passphrase))
    throw fail("E_DECRYPT_WRONG", {
      path,
      why: "a passphrase is one line of at most 2000 bytes",
      hint: "check the passphrase, or the variable that it comes from",
    });
  const file = await open(path);
  try {
    const outer = await openSquashfs(file, offset, path);
    const name = await encryptedName(outer, path);
    const config = await outer.readSmall("/gocryptfs.conf", MAX_CONFIG_BYTES);
    const secret = await contentKey(config.toString("utf8"), passphrase, path);
    const plain = await plainFile(await outer.openFile(`/${name}`), secret, path);
    return { tree: await openSquashfs({ ...plain, close: () => file.close() }, 0, path), name, passphrase };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function encryptedName(outer: SquashfsTree, path: string): Promise<string> {
  const names = (await outer.list("/")).map(({ name }) => name);
  const found = names.filter((name) => name.startsWith("squashfs-"));
  if (found.length !== 1 || !names.includes("gocryptfs.conf"))
    throw fail("E_DECRYPT_FORM", { path, what: "it does not hold one encrypted file and its gocryptfs.conf" });
  return found[0] ?? "";
}

async function sealedPassphrase({ path, sif }: EncryptedImage, key: PrivateKey): Promise<string> {
  const root = sif.descriptors.find(({ partition }) => partition?.kind === "primary");
  const message = sif.descriptors.find(({ type, link }) => type === "crypto-message" && link === root?.id);
  if (!message)
    throw fail("E_DECRYPT_KEY", { path, hint: "it was encrypted with a passphrase, not for a key: give --passphrase" });
  const file = await open(path);
  try {
    return openMessage((await readObject(file, message, path)).toString("latin1"), key, path);
  } finally {
    await file.close();
  }
}
