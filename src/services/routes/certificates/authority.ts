// The site's own authority, for names that no public one certifies: a root that is made once and kept, and certificates for
// hosts as they are needed. Clients must be told to believe its root.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf, reasonOf } from "../../../base/errors.ts";
import { fail } from "../errors.ts";
import { type Certificate, readCertificate } from "./certificate.ts";
import { type Issued, issueLeaf, issueRoot } from "./issue.ts";

const DAY = 86_400;
const ROOT_DAYS = 3650;
/** What browsers take at most is 398 days; short ones make no work here. */
const LEAF_DAYS = 30;
/** Clocks of clients differ. */
const SKEW = 3600;

/** An authority that issues certificates. */
export interface Authority {
  /** PEM, for clients. */
  readonly root: string;
  issue(host: string): Certificate;
}

/** Opens the one in the folder, or makes it. `now` in seconds. @throws E_ROUTES_AUTHORITY */
export async function openAuthority(dir: string, now: () => number): Promise<Authority> {
  const root = await openRoot(dir, now());
  const { subject } = readCertificateName(root, dir);
  return {
    root: root.certificate,
    issue(host) {
      const from = Math.floor(now()) - SKEW;
      const leaf = issueLeaf([host], { ...root, name: subject }, from, from + SKEW + LEAF_DAYS * DAY);
      // The root goes along: a client that believes it needs no more.
      return readCertificate(leaf.certificate + root.certificate, leaf.key, host);
    },
  };
}

async function openRoot(dir: string, now: number): Promise<Issued> {
  const [certificatePath, keyPath] = [join(dir, "ca.crt"), join(dir, "ca.key")];
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const [certificate, key] = await Promise.all([readIfThere(certificatePath), readIfThere(keyPath)]);
    if (certificate !== undefined && key !== undefined) return { certificate, key };
    if (certificate !== undefined || key !== undefined) throw new Error("one of its two files is missing");
    const from = Math.floor(now) - SKEW;
    const made = issueRoot("berth internal authority", from, from + ROOT_DAYS * DAY);
    // The key first: a certificate without it would look like a loss.
    await writeFile(keyPath, made.key, { mode: 0o600, flag: "wx", flush: true });
    await writeFile(certificatePath, made.certificate, { mode: 0o644, flag: "wx", flush: true });
    return made;
  } catch (cause) {
    throw fail("E_ROUTES_AUTHORITY", { path: dir, why: reasonOf(cause) }, { cause });
  }
}

function readCertificateName({ certificate, key }: Issued, dir: string): { readonly subject: string } {
  const { issuer } = readCertificate(certificate, key, join(dir, "ca.crt"));
  return { subject: issuer.replace(/^CN=/, "") };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
