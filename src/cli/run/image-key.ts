// Where the passphrase or key of an encrypted image comes from: the terminal, a file, or a variable. Loaded only for such an image.

import { readFile, stat } from "node:fs/promises";
import { reasonOf } from "../../base/errors.ts";
import { fail } from "../../image/encrypted/errors.ts";
import type { ImageKey } from "../../image/encrypted/index.ts";
import type { Environment } from "../../platform/user.ts";
import type { Context } from "../context.ts";
import type { FlagValues } from "../flags.ts";
import { promptLine } from "../secret-input.ts";
import type { KEY_FLAGS } from "./key-flags.ts";

const MAX_PEM_BYTES = 64 * 1024;

/** What opens the image, of the two things that can. @throws E_DECRYPT_KEY, E_DECRYPT_PEM, E_DECRYPT_TERMINAL */
export async function imageKey(
  image: { readonly path: string; readonly pem: boolean },
  flags: FlagValues<typeof KEY_FLAGS>,
  { env, signal }: Context,
): Promise<ImageKey> {
  const path = flags["pem-path"];
  const data = variable(env, "PEM_DATA");
  if (image.pem && path !== undefined) return { kind: "pem", key: { name: path, pem: await readPem(path) } };
  if (image.pem && data !== undefined)
    return { kind: "pem", key: { name: "the key in ENCRYPTION_PEM_DATA", pem: data } };
  if (flags.passphrase) {
    if (!process.stdin.isTTY) throw fail("E_DECRYPT_TERMINAL", { path: image.path });
    const passphrase = await promptLine("Enter encryption passphrase: ", { hidden: true, signal });
    return { kind: "passphrase", passphrase };
  }
  const passphrase = variable(env, "PASSPHRASE");
  if (passphrase !== undefined) return { kind: "passphrase", passphrase };
  throw fail("E_DECRYPT_KEY", {
    path: image.path,
    hint: image.pem
      ? "give the RSA private key: --pem-path FILE, or BERTH_ENCRYPTION_PEM_PATH"
      : "--passphrase asks for its passphrase; scripts set BERTH_ENCRYPTION_PASSPHRASE",
  });
}

function variable(env: Environment, name: string): string | undefined {
  return ["BERTH_", "APPTAINER_", "SINGULARITY_"].map((prefix) => env[`${prefix}ENCRYPTION_${name}`]).find(Boolean);
}

async function readPem(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MAX_PEM_BYTES) throw new Error("it is too big for a key");
    return await readFile(path, "utf8");
  } catch (error) {
    throw fail("E_DECRYPT_PEM", { path, why: reasonOf(error) });
  }
}
