// The key that the tokens of the site's registry are signed with (ES256), and its certificate, in two files that every
// server of the gateway and the registry share. Makes and checks JSON web tokens; knows nothing of who may get one.

import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
  X509Certificate,
} from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import { partialName } from "../../base/publish.ts";
import { jsonObject } from "../../oci/json.ts";
import { fail } from "./errors.ts";
import { ownCertificate } from "./own-certificate.ts";
import type { AccessEntry } from "./scope.ts";

/** What a token says (RFC 7519, and the distribution project's `access`). */
export interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  /** Seconds since 1970. */
  readonly exp: number;
  readonly nbf: number;
  readonly iat: number;
  readonly jti: string;
  readonly access: readonly AccessEntry[];
}

/** Signs and checks. */
export interface Signer {
  /** The certificate's file, for the registry's `rootcertbundle`. */
  readonly certificate: string;
  sign(claims: Claims): string;
  /** The claims of a token that this key has signed and that is valid at `now` (seconds); undefined for any other. */
  check(token: string, now: number): Claims | undefined;
}

const NAME = "berth registry tokens";
const MAX_TOKEN = 16 * 1024;

/** Reads the key of the folder, made when it is missing. @throws E_REGISTRY_KEY */
export async function openSigner(dir: string, now: () => number): Promise<Signer> {
  const [keyFile, certificate] = [join(dir, "registry-token.key"), join(dir, "registry-token.crt")];
  try {
    const key = createPrivateKey(await readOrMake(dir, keyFile, newKey, 0o600));
    // The registry has a user of its own, which reads this one.
    const made = () => ownCertificate(key, NAME, now() * 1000);
    const found = new X509Certificate(await readOrMake(dir, certificate, made, 0o644));
    if (!found.checkPrivateKey(key)) throw new Error("key and certificate do not belong together");
    return signerOf(key, found, certificate);
  } catch (cause) {
    throw fail("E_REGISTRY_KEY", { path: dir, why: reasonOf(cause) }, { cause });
  }
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

// Two servers may start at once: the first file wins, and the other one reads it.
async function readOrMake(dir: string, path: string, make: () => string, mode: number): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
  await mkdir(dir, { recursive: true, mode: 0o755 });
  const whole = partialName(path);
  await writeFile(whole, make(), { flag: "wx", mode });
  await link(whole, path).catch((error: unknown) => {
    if (errnoOf(error) !== "EEXIST") throw error;
  });
  await rm(whole);
  return readFile(path, "utf8");
}

function signerOf(key: KeyObject, { raw }: X509Certificate, certificate: string): Signer {
  const publicKey = createPublicKey(key);
  const head = part({ typ: "JWT", alg: "ES256", x5c: [raw.toString("base64")] });
  return {
    certificate,
    sign(claims) {
      const body = `${head}.${part(claims)}`;
      const signature = sign("sha256", Buffer.from(body), { key, dsaEncoding: "ieee-p1363" });
      return `${body}.${signature.toString("base64url")}`;
    },
    check(token, now) {
      if (token.length > MAX_TOKEN) return undefined;
      const [first, second, signature, more] = token.split(".");
      // The head is always ours, so nothing in it is a choice of the sender.
      if (first !== head || !second || !signature || more !== undefined) return undefined;
      const signed = Buffer.from(`${first}.${second}`);
      const checked = { key: publicKey, dsaEncoding: "ieee-p1363" } as const;
      if (!verify("sha256", signed, checked, Buffer.from(signature, "base64url"))) return undefined;
      const claims = jsonObject(Buffer.from(second, "base64url")) as Claims | undefined;
      return claims !== undefined && claims.nbf <= now && now < claims.exp ? claims : undefined;
    },
  };
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
