// Whose signatures on images count: the keys and authorities that the site names, read from their files.

import { createHash, type KeyObject, type X509Certificate } from "node:crypto";
import { keyId, publicKey, readPem } from "../signing/pem-key.ts";
import type { CollectedSignatures } from "../signing/signature-evidence.ts";
import { readCertificates } from "../signing/x509.ts";
import type { SignerFiles } from "../site/gateway-config.ts";
import { canonicalText } from "./canonical.ts";

/** The signers of a site. */
export interface SiteSigners {
  readonly keys: readonly KeyObject[];
  /** Authorities of notation's signers. */
  readonly roots: readonly X509Certificate[];
}

/** Reads the files. @throws E_KEY_FILE, E_CERTIFICATE_FILE */
export async function readSigners({
  keys,
  authorities,
}: Pick<SignerFiles, "keys" | "authorities">): Promise<SiteSigners> {
  return {
    keys: await Promise.all(keys.map(async (path) => publicKey(await readPem(path), path))),
    roots: authorities === undefined ? [] : await readCertificates(authorities),
  };
}

/** Names of the signers, in one order. */
export function signerIds({ keys, roots }: SiteSigners): readonly string[] {
  return [...keys.map((key) => keyId(key)), ...roots.map(({ fingerprint256 }) => fingerprint256)].sort();
}

/** Names what was collected of an image's signatures; in hex. */
export function signatureSetOf(collected: CollectedSignatures): string {
  return createHash("sha256").update(canonicalText(collected)).digest("hex");
}
