// `berth verify`: checks the signatures of a SIF file, or of an image in a registry.

import { Command } from "commander";
import { addFlags, readFlags } from "./command-flags.ts";
import type { Context } from "./context.ts";
import type { FlagSpec, FlagValues } from "./flags.ts";
import { KEYS_FLAG, SERVER_FLAG } from "./key-places.ts";
import { PART_FLAGS, REGISTRY_FLAGS } from "./sign.ts";

const VERIFY_FLAGS = [
  { long: "key", kind: "text", value: "file", env: ["VERIFY_KEY"], help: "public key in PEM" },
  { long: "certificate", kind: "text", value: "file", env: ["VERIFY_CERTIFICATE"], help: "the signer's certificate" },
  {
    long: "certificate-intermediates",
    kind: "text",
    value: "file",
    env: ["VERIFY_INTERMEDIATES"],
    help: "certificates between the signer's and an authority's",
  },
  {
    long: "certificate-roots",
    kind: "text",
    value: "file",
    env: ["VERIFY_ROOTS"],
    help: "authorities to trust, instead of the machine's",
  },
  { long: "ocsp-verify", kind: "switch", env: ["VERIFY_OCSP"], help: "refused: see the manual", hidden: true },
  { long: "local", short: "l", kind: "switch", env: ["LOCAL_VERIFY"], help: "ask no key server" },
  { long: "json", short: "j", kind: "switch", env: [], help: "as JSON, in Apptainer's form" },
  { long: "all", short: "a", kind: "switch", env: [], help: "with --legacy-insecure: every object for itself" },
  { long: "legacy-insecure", kind: "switch", env: [], help: "check signatures of the old, weak form" },
  ...PART_FLAGS,
  SERVER_FLAG,
  KEYS_FLAG,
  ...REGISTRY_FLAGS,
] as const satisfies readonly FlagSpec[];

/** The values of `verify`. */
export type VerifyValues = FlagValues<typeof VERIFY_FLAGS>;

/** `berth verify IMAGE`. */
export function verifyCommand(context: Context): Command {
  const command = new Command("verify")
    .description(
      "Checks who signed an image, and that it is as it was signed. Ends with 0 only when every signature is good.",
    )
    .argument("<image>", "SIF file, or docker://HOST/REPOSITORY[:TAG|@DIGEST]");
  return addFlags(command, VERIFY_FLAGS).action(async (image: string) => {
    const values = readFlags(command, VERIFY_FLAGS, context.env);
    const { verifyImage } = await import("./verify-work.ts");
    await verifyImage(image, values, context);
  });
}
