// The chain of an X.509 certificate, by node:crypto: every link signed by the next, an authority above, all valid now,
// the leaf made for signing code. Revocation is not asked about: see docs/signing.md.

import { type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { reasonOf } from "../base/errors.ts";
import { fail } from "./errors.ts";
import { authorityLimits } from "./x509-extensions.ts";

const MAX_CHAIN = 10;
const MAX_FILE = 4 * 1024 * 1024;
const CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
const ANY_USAGE = "2.5.29.37.0";
/** Where distributions keep the authorities that everybody trusts. */
const SYSTEM_ROOTS = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
];

/** All certificates of a PEM file, in order. @throws E_CERTIFICATE_FILE */
export async function readCertificates(path: string): Promise<readonly X509Certificate[]> {
  try {
    const bytes = await readFile(path);
    if (bytes.length > MAX_FILE) throw new Error("it is too big");
    const found = parseCertificates(bytes.toString("latin1"));
    if (found.length === 0) throw new Error("there is no certificate in it");
    return found;
  } catch (cause) {
    throw fail("E_CERTIFICATE_FILE", { path, why: reasonOf(cause) }, { cause });
  }
}

function parseCertificates(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

/** The authorities of this machine. */
export function systemRoots(): readonly X509Certificate[] {
  for (const path of SYSTEM_ROOTS) {
    try {
      return parseCertificates(readFileSync(path, "latin1"));
    } catch {
      // The next place.
    }
  }
  return [];
}

/** What a certificate is judged by. */
export interface ChainOptions {
  readonly intermediates: readonly X509Certificate[];
  readonly roots: readonly X509Certificate[];
  readonly now: Date;
}

/** The public key of a certificate that an authority vouches for. @throws E_CERTIFICATE */
export function trustedCertificateKey(leaf: X509Certificate, options: ChainOptions): KeyObject {
  const name = leaf.subject.replaceAll("\n", ", ");
  const usages = leaf.keyUsage as readonly string[] | undefined;
  if (usages && !usages.includes(CODE_SIGNING) && !usages.includes(ANY_USAGE))
    throw fail("E_CERTIFICATE", { name, why: "it was not made for signing code" });
  const why = chainFault(leaf, options, new Set());
  if (why !== undefined) throw fail("E_CERTIFICATE", { name, why });
  return leaf.publicKey;
}

// Depth first: certificates renewed under one name make several ways upward, of which one may do.
function chainFault(
  certificate: X509Certificate,
  options: ChainOptions,
  below: ReadonlySet<string>,
): string | undefined {
  const { intermediates, roots, now } = options;
  const { fingerprint256 } = certificate;
  const outside = validityFault(certificate, now);
  if (outside !== undefined) return outside;
  if (roots.some((root) => root.fingerprint256 === fingerprint256)) return undefined;
  if (below.size >= MAX_CHAIN) return "its chain is too long";
  const chain = new Set([...below, fingerprint256]);
  let fault = "no authority that is trusted here vouches for it";
  for (const issuer of [...roots, ...intermediates]) {
    if (chain.has(issuer.fingerprint256) || !vouches(issuer, certificate)) continue;
    const limit = limitFault(issuer, below.size);
    if (limit !== undefined) {
      fault = limit;
      continue;
    }
    const above = chainFault(issuer, options, chain);
    if (above === undefined) return undefined;
    fault = above;
  }
  return fault;
}

function vouches(issuer: X509Certificate, certificate: X509Certificate): boolean {
  try {
    return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

// `between`: the authorities that lie between this one and the signer.
function limitFault({ raw, subject }: X509Certificate, between: number): string | undefined {
  const name = subject.replaceAll("\n", ", ");
  const limits = authorityLimits(raw);
  if (limits === undefined) return `${name} cannot be read`;
  // Signers of code have no names that such limits are made for.
  if (limits.namesLimited) return `${name} vouches for some names only, which berth does not judge`;
  return between > (limits.pathLength ?? MAX_CHAIN) ? `${name} may not have so many authorities below it` : undefined;
}

function validityFault({ subject, validFromDate, validToDate }: X509Certificate, now: Date): string | undefined {
  const name = subject.replaceAll("\n", ", ");
  if (now < validFromDate) return `${name} is valid only from ${validFromDate.toISOString()}`;
  return now > validToDate ? `${name} has expired at ${validToDate.toISOString()}` : undefined;
}
