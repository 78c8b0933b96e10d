// `berth sign`: a signature into a SIF file, or beside an image in a registry.

import { Command } from "commander";
import { addFlags, readFlags } from "./command-flags.ts";
import type { Context } from "./context.ts";
import type { FlagSpec, FlagValues } from "./flags.ts";
import { KEYS_FLAG } from "./key-places.ts";
import { PASSPHRASE_FLAG } from "./passphrase.ts";
import { SOURCE_FLAGS } from "./source-flags.ts";

/** Flags that say what of a SIF file is meant; the same for `sign` and `verify`. */
export const PART_FLAGS = [
  { long: "sif-id", short: "i", kind: "text", value: "number", env: [], aliases: ["id"], help: "one object" },
  {
    long: "group-id",
    short: "g",
    kind: "text",
    value: "number",
    env: [],
    aliases: ["groupid", "group"],
    help: "one group of objects",
  },
] as const satisfies readonly FlagSpec[];

const REGISTRY = ["authfile", "docker-login", "docker-username", "docker-password", "no-https"] as const;

/** Flags that say how a registry is asked. */
export const REGISTRY_FLAGS = SOURCE_FLAGS.filter(
  (flag): flag is Extract<(typeof SOURCE_FLAGS)[number], { readonly long: (typeof REGISTRY)[number] }> =>
    REGISTRY.some((long) => long === flag.long),
);

const SIGN_FLAGS = [
  { long: "key", kind: "text", value: "file", env: ["SIGN_KEY"], help: "private key in PEM: RSA, ECDSA or Ed25519" },
  {
    long: "keyidx",
    short: "k",
    kind: "text",
    value: "number",
    env: [],
    help: "OpenPGP key by its index in berth key list --secret",
  },
  { long: "fingerprint", kind: "text", value: "digits", env: [], help: "OpenPGP key by its fingerprint" },
  ...PART_FLAGS,
  { long: "all", short: "a", kind: "switch", env: [], help: "every group, as without this flag", hidden: true },
  PASSPHRASE_FLAG,
  KEYS_FLAG,
  ...REGISTRY_FLAGS,
] as const satisfies readonly FlagSpec[];

/** The values of `sign`. */
export type SignValues = FlagValues<typeof SIGN_FLAGS>;

/** `berth sign IMAGE`. */
export function signCommand(context: Context): Command {
  const command = new Command("sign")
    .description(
      "Signs a SIF file with an OpenPGP key of the keyring, or with a key in PEM;\nor an image in a registry (docker://…), with a key in PEM.",
    )
    .argument("<image>", "SIF file, or docker://HOST/REPOSITORY[:TAG|@DIGEST]");
  return addFlags(command, SIGN_FLAGS).action(async (image: string) => {
    const values = readFlags(command, SIGN_FLAGS, context.env);
    const { signImage } = await import("./sign-work.ts");
    await signImage(image, values, context);
  });
}
