// The flags that say what opens an encrypted image (spec/apptainer.md 1.3). One table; nothing is decided here.

import type { FlagSpec } from "../flags.ts";

/** Flags of every command that starts a payload, and of `build --encrypt`. */
export const KEY_FLAGS = [
  { long: "passphrase", kind: "switch", env: [], help: "ask for the passphrase of an encrypted image" },
  {
    long: "pem-path",
    kind: "text",
    value: "file",
    env: ["ENCRYPTION_PEM_PATH"],
    help: "RSA key of an encrypted image",
  },
] as const satisfies readonly FlagSpec[];
