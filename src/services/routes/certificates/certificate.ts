// A certificate with its key, as it goes to the proxies. Pure.

import { createPrivateKey, X509Certificate } from "node:crypto";
import { reasonOf } from "../../../base/errors.ts";
import { afterFirstLabel } from "../../../proxy/routing/compile.ts";
import { fail } from "../errors.ts";

/** PEM, and what the certificate says of itself. */
export interface Certificate {
  /** Lower case; `*.example.org` among them. */
  readonly hosts: readonly string[];
  /** The server's first, its chain after it. */
  readonly certificate: string;
  readonly key: string;
  /** Seconds since 1970. */
  readonly validFrom: number;
  readonly validTo: number;
  readonly issuer: string;
}

/** Reads a pair; `path` for the words of a failure. @throws E_ROUTES_CERTIFICATE */
export function readCertificate(certificate: string, key: string, path: string): Certificate {
  try {
    const leaf = new X509Certificate(certificate);
    if (!leaf.checkPrivateKey(createPrivateKey(key))) throw new Error("the key belongs to another certificate");
    return {
      hosts: hostsOf(leaf),
      certificate,
      key,
      validFrom: leaf.validFromDate.getTime() / 1000,
      validTo: leaf.validToDate.getTime() / 1000,
      issuer: leaf.issuer.split("\n").at(-1) ?? "",
    };
  } catch (cause) {
    throw fail("E_ROUTES_CERTIFICATE", { path, why: reasonOf(cause) }, { cause });
  }
}

/** True when it is for this host. */
export function covers(certificate: Certificate, host: string): boolean {
  return certificate.hosts.includes(host) || certificate.hosts.includes(`*${afterFirstLabel(host)}`);
}

function hostsOf(leaf: X509Certificate): readonly string[] {
  const names = [...(leaf.subjectAltName ?? "").matchAll(/(?:DNS|IP Address):([^,\s]+)/g)].map(
    (match) => match[1] ?? "",
  );
  return names.map((name) => name.toLowerCase());
}
