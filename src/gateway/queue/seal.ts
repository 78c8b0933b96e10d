// Seals the registry credentials that wait in the database: AES-256-GCM with the key of the site's key file. Whoever has
// the database without the file learns nothing, and a sealed text moved to another pull does not open.

import { randomBytes } from "node:crypto";
import { defineErrors, reasonOf } from "../../base/errors.ts";
import { makePrivateFile, readPrivateFile } from "../../platform/private-file.ts";
import { closeBytes, KEY_BYTES, openBytes } from "../../platform/sealed-bytes.ts";

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

/** Reads the site's key, which is made when missing. @throws E_SEAL_KEY */
export async function openSeal(keyFile: string): Promise<Seal> {
  const key = (await readKey(keyFile)) ?? (await makeKey(keyFile));
  return sealWith(key);
}

/** Seals with a key of 32 bytes. */
export function sealWith(key: Buffer): Seal {
  return {
    close: (text, context) => `${VERSION}.${closeBytes(key, Buffer.from(text), context).toString("base64url")}`,
    open: (sealed, context) => {
      const [version, content = ""] = sealed.split(".");
      try {
        if (version !== VERSION) throw new Error(`a seal of version ${version}`);
        return openBytes(key, Buffer.from(content, "base64url"), context).toString("utf8");
      } catch (cause) {
        throw fail("E_SEAL_BROKEN", {}, { cause });
      }
    },
  };
}

async function readKey(path: string): Promise<Buffer | undefined> {
  try {
    const text = (await readPrivateFile(path, 1024))?.trim();
    if (text === undefined) return undefined;
    if (!/^[0-9a-f]{64}$/i.test(text)) throw new Error("its content is no key");
    return Buffer.from(text, "hex");
  } catch (error) {
    throw fail("E_SEAL_KEY", { path, reason: reasonOf(error) }, { cause: error });
  }
}

async function makeKey(path: string): Promise<Buffer> {
  try {
    await makePrivateFile(path, `${randomBytes(KEY_BYTES).toString("hex")}\n`);
  } catch (error) {
    throw fail("E_SEAL_KEY", { path, reason: reasonOf(error) }, { cause: error });
  }
  const key = await readKey(path);
  if (!key) throw fail("E_SEAL_KEY", { path, reason: "it disappeared" });
  return key;
}
