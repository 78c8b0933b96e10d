// What an image is encrypted with: a passphrase typed twice, an RSA public key, or a variable's value. Loaded only for `--encrypt`.

import { defineErrors } from "../base/errors.ts";
import type { BuildTarget } from "../build/target.ts";
import type { ImageKey } from "../image/encrypted/index.ts";
import type { Context } from "./context.ts";
import type { FlagValues } from "./flags.ts";
import { imageKey } from "./run/image-key.ts";
import type { KEY_FLAGS } from "./run/key-flags.ts";
import { promptLine } from "./secret-input.ts";

const fail = defineErrors({
  E_ENCRYPT_TARGET: {
    text: "only a SIF file can be encrypted, and {target} is none",
    hint: "build a file, such as image.sif; berth push sends it on",
    exit: 1,
  },
  E_ENCRYPT_KEY: {
    text: "--encrypt needs something to encrypt with",
    hint: "add --passphrase or --pem-path PUBLIC.pem, or set BERTH_ENCRYPTION_PASSPHRASE",
    exit: 1,
  },
  E_ENCRYPT_TWICE: { text: "the two passphrases differ, or are empty", hint: "type the same one twice", exit: 1 },
});

/** The key for a new image. @throws E_ENCRYPT_…, E_DECRYPT_PEM, E_DECRYPT_TERMINAL */
export async function sealKey(
  target: BuildTarget,
  flags: FlagValues<typeof KEY_FLAGS>,
  context: Context,
): Promise<ImageKey> {
  if (target.kind !== "sif") throw fail("E_ENCRYPT_TARGET", { target: target.shown });
  const found = await imageKey({ path: target.path, pem: !flags.passphrase }, flags, context).catch(
    (cause: unknown) => {
      if (cause instanceof Error && "code" in cause && cause.code === "E_DECRYPT_KEY") throw fail("E_ENCRYPT_KEY");
      throw cause;
    },
  );
  if (found.kind === "pem" || !flags.passphrase) return found;
  const again = await promptLine("Retype the passphrase: ", { hidden: true, signal: context.signal });
  if (again !== found.passphrase || again === "") throw fail("E_ENCRYPT_TWICE");
  return found;
}
