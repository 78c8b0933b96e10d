// What the tests of this room share: small SIF files, and keys that are quick to make. Nothing of berth imports it.

import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodePrefix } from "../image/sif/encode.ts";
import { deriveUuid } from "../image/sif/uuid.ts";
import type { PgpSecretKey } from "./pgp.ts";
import { makeKey } from "./pgp-keys.ts";

/** The time at which the tests take place. */
export const NOW = new Date("2026-03-04T05:06:07Z");
/** Bytes of the partition. */
export const PARTITION = 8192;

/** A small SIF file: a definition, a JSON object and a partition that is no file system. */
export function smallSif(): Buffer {
  const prefix = encodePrefix({
    uuid: deriveUuid("a small file"),
    time: 1_700_000_000,
    objects: [
      { type: "definition", name: "Def.FILE", content: Buffer.from("Bootstrap: scratch\n") },
      { type: "json", name: "labels.json", content: Buffer.from('{"a":"b"}') },
    ],
    partition: { fs: "squashfs", kind: "primary", arch: "amd64", name: "root.squashfs", size: PARTITION },
  });
  return Buffer.concat([prefix, Buffer.alloc(PARTITION, "data")]);
}

/** A folder for one test file; `file` makes a small SIF file in it. */
export async function workFolder() {
  const folder = await mkdtemp(join(tmpdir(), "berth-signing-"));
  let count = 0;
  return {
    folder,
    async file(bytes: Uint8Array = smallSif()): Promise<string> {
      count += 1;
      const path = join(folder, `${count}.sif`);
      await writeFile(path, bytes);
      return path;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** An unlocked OpenPGP key, made a day before `NOW`; `days` until it expires, 0 for never. */
export function quickKey(name: string, days = 0): Promise<PgpSecretKey> {
  const spec = { name, email: `${name}@example.org`, comment: "", passphrase: "", days };
  return makeKey({ ...spec, algorithm: { kind: "ed25519" } }, new Date(NOW.getTime() - 86_400_000));
}

/** A plain key pair. */
export function plainPair(kind: "ed25519" | "ec" = "ed25519"): { readonly priv: KeyObject; readonly pub: KeyObject } {
  const { privateKey, publicKey } =
    kind === "ec" ? generateKeyPairSync("ec", { namedCurve: "P-256" }) : generateKeyPairSync("ed25519");
  return { priv: privateKey, pub: publicKey };
}
