// Seals the registry credentials that wait in the database: AES-256-GCM with the key of the site's key file. Whoever has
// the database without the file learns nothing, and a sealed text moved to another pull does not open.

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { link, mkdir, open, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { defineErrors, errnoOf, reasonOf } from "../../base/errors.ts";

/** Failures of the key file and of sealed texts. */
export const fail = defineErrors({
  E_SEAL_KEY: {
    text: "the key file {path} cannot be used: {reason}",
    hint: "it must hold 64 hexadecimal digits, belong to the server's account and be readable by nobody else (chmod 600)",
  },
  E_SEAL_BROKEN: {
    text: "credentials in the database cannot be opened with this server's key",
    hint: "give all servers of the site the same key file; people whose pulls waited send their credentials again",
  },
});

/** Closes and opens short texts. `context` says what a text belongs to; it opens with the same context only. */
export interface Seal {
  close(text: string, context: string): string;
  /** @throws E_SEAL_BROKEN */
  open(sealed: string, context: string): string;
}

const VERSION = "v1";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Reads the site's key, which is made when missing. @throws E_SEAL_KEY */
export async function openSeal(keyFile: string): Promise<Seal> {
  const key = (await readKey(keyFile)) ?? (await makeKey(keyFile));
  return sealWith(key);
}

/** Seals with a key of 32 bytes. */
export function sealWith(key: Buffer): Seal {
  return {
    close: (text, context) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return `${VERSION}.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64url")}`;
    },
    open: (sealed, context) => {
      try {
        return decipher(key, sealed, context);
      } catch (cause) {
        throw fail("E_SEAL_BROKEN", {}, { cause });
      }
    },
  };
}

function decipher(key: Buffer, sealed: string, context: string): string {
  const [version, content = ""] = sealed.split(".");
  if (version !== VERSION) throw new Error(`a seal of version ${version}`);
  const bytes = Buffer.from(content, "base64url");
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
}

async function readKey(path: string): Promise<Buffer | undefined> {
  try {
    // A link could lead to a file of somebody else's choice.
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const info = await file.stat();
    if (!info.isFile()) throw new Error("it is no regular file");
    if (info.mode & 0o077) throw new Error("others may read it");
    if (info.uid !== process.geteuid?.() && info.uid !== 0) throw new Error("it belongs to another account");
    const text = info.size <= 1024 ? (await file.readFile("utf8")).trim() : "";
    if (!/^[0-9a-f]{64}$/i.test(text)) throw new Error("its content is no key");
    return Buffer.from(text, "hex");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw fail("E_SEAL_KEY", { path, reason: reasonOf(error) }, { cause: error });
  }
}

// Written aside and linked, which fails when another server was first: then its key is the one.
async function makeKey(path: string): Promise<Buffer> {
  const aside = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    {
      await using file = await open(aside, "wx", 0o600);
      await file.writeFile(`${randomBytes(KEY_BYTES).toString("hex")}\n`);
      await file.sync();
    }
    await link(aside, path).catch((error: unknown) => {
      if (errnoOf(error) !== "EEXIST") throw error;
    });
  } catch (error) {
    throw fail("E_SEAL_KEY", { path, reason: reasonOf(error) }, { cause: error });
  } finally {
    await unlink(aside).catch(() => {});
  }
  const key = await readKey(path);
  if (!key) throw fail("E_SEAL_KEY", { path, reason: "it disappeared" });
  return key;
}
