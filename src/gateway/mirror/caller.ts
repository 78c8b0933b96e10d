// Who asks the mirror: nobody, or someone with a login of the upstream registry. The login itself lives as long as its
// conversation; everything remembered of it goes by a keyed hash that only this process can make.

import { createHmac, randomBytes } from "node:crypto";
import type { Credential } from "../../oci/auth/credential.ts";

/** One who asks. */
export interface Caller {
  /** Empty for nobody, else a hash of the login. */
  readonly key: string;
  readonly credential: Credential | undefined;
}

/** One who sent no login. */
export const NOBODY: Caller = { key: "", credential: undefined };

const MAX_HEADER = 16 * 1024;
const SOURCE = "the login given to the mirror";

/** Reads Authorization headers; what is no login counts as none. */
export function callerReader(): (header: string | undefined) => Caller {
  const secret = randomBytes(32);
  return (header) => {
    if (header === undefined || header.length > MAX_HEADER) return NOBODY;
    const credential = parseLogin(header);
    if (credential === undefined) return NOBODY;
    return { key: createHmac("sha256", secret).update(header).digest("base64url"), credential };
  };
}

function parseLogin(header: string): Credential | undefined {
  const [, scheme = "", value = ""] = /^(Basic|Bearer) +([\x21-\x7e]+)$/i.exec(header) ?? [];
  if (scheme.toLowerCase() === "bearer") return { kind: "bearer", token: value, source: SOURCE };
  if (scheme.toLowerCase() !== "basic") return undefined;
  const text = Buffer.from(value, "base64").toString();
  const colon = text.indexOf(":");
  const [username, password] = [text.slice(0, Math.max(colon, 0)), text.slice(colon + 1)];
  // podman and skopeo send an empty login where they have none.
  if (colon < 0 || (username === "" && password === "")) return undefined;
  // The name under which Docker's clients keep refresh tokens.
  if (username === "<token>") return { kind: "identity", token: password, source: SOURCE };
  return { kind: "password", username, password, source: SOURCE };
}
