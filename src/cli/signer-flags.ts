// The flags that say whose signatures on images count.

import type { FlagSpec, FlagValues } from "./flags.ts";

/** For commands that judge images. */
export const SIGNER_FLAGS = [
  {
    long: "verify-key",
    kind: "list",
    value: "file",
    env: [],
    help: "public key (PEM) of a signer of images; the site's unless said; may be repeated",
  },
  { long: "trust", kind: "text", value: "file", env: [], help: "authorities (PEM) of notation's signatures" },
  {
    long: "keysdir",
    kind: "text",
    value: "folder",
    env: [],
    help: "folder of the keyring for signatures in SIF files; the site's unless said",
  },
] as const satisfies readonly FlagSpec[];

export type SignerFlags = FlagValues<typeof SIGNER_FLAGS>;
