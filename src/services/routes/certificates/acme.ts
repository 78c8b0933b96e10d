// Certificates from an ACME server (RFC 8555), proved by http-01: the proxies answer what the server asks for on port 80. The
// account's key and the certificates are kept in a folder, so that a restart asks for nothing.

import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { Agent } from "node:https";
import { join } from "node:path";
import { errnoOf, reasonOf } from "../../../base/errors.ts";
import { fail } from "../errors.ts";
import { type Certificate, readCertificate } from "./certificate.ts";

export interface AcmeOptions {
  readonly directory: string;
  /** Mail address that the authority warns; undefined: none. */
  readonly contact: string | undefined;
  /** PEM of the authority of the ACME server itself, when it is the site's own. */
  readonly trusted: string | undefined;
  readonly dir: string;
  /** Puts an answer where the proxies serve it, and resolves when they do. */
  publish(token: string, answer: string): Promise<void>;
  withdraw(token: string): void;
}

/** An account with an ACME server. */
export interface AcmeAccount {
  /** The certificate that was kept, if there is one. */
  kept(host: string): Promise<Certificate | undefined>;
  /** Gets a new one and keeps it. @throws E_ROUTES_ACME */
  obtain(host: string): Promise<Certificate>;
}

/** Opens an account; nothing is asked of the server yet. */
export function acmeAccount(options: AcmeOptions): AcmeAccount {
  const fileOf = (host: string, end: string) => join(options.dir, `${host.replace(/[^a-z0-9.-]/g, "_")}.${end}`);
  return {
    async kept(host) {
      const [certificate, key] = await Promise.all([
        readIfThere(fileOf(host, "crt")),
        readIfThere(fileOf(host, "key")),
      ]);
      if (certificate === undefined || key === undefined) return undefined;
      return readCertificate(certificate, key, fileOf(host, "crt"));
    },
    async obtain(host) {
      try {
        const { certificate, key } = await order(host, options);
        const read = readCertificate(certificate, key, host);
        await keep(fileOf(host, "key"), key);
        await keep(fileOf(host, "crt"), certificate);
        return read;
      } catch (cause) {
        throw fail("E_ROUTES_ACME", { host, directory: options.directory, why: reasonOf(cause) }, { cause });
      }
    },
  };
}

async function order(
  host: string,
  options: AcmeOptions,
): Promise<{ readonly certificate: string; readonly key: string }> {
  const acme = await import("acme-client");
  // The library's own client for HTTP; nobody else uses it.
  if (options.trusted !== undefined) acme.axios.defaults.httpsAgent = new Agent({ ca: options.trusted });
  const client = new acme.Client({ directoryUrl: options.directory, accountKey: await accountKey(options.dir) });
  const [key, csr] = await acme.crypto.createCsr({ altNames: [host] }, await acme.crypto.createPrivateEcdsaKey());
  const certificate = await client.auto({
    csr,
    ...(options.contact === undefined ? {} : { email: options.contact }),
    termsOfServiceAgreed: true,
    challengePriority: ["http-01"],
    // Asked from here it proves nothing: the ACME server looks from elsewhere.
    skipChallengeVerification: true,
    challengeCreateFn: async (_, challenge, answer) => await options.publish(challenge.token, answer),
    challengeRemoveFn: async (_, challenge) => options.withdraw(challenge.token),
  });
  return { certificate, key: key.toString() };
}

async function accountKey(dir: string): Promise<Buffer> {
  const acme = await import("acme-client");
  const path = join(dir, "account.key");
  const known = await readIfThere(path);
  if (known !== undefined) return Buffer.from(known);
  const made = await acme.crypto.createPrivateEcdsaKey();
  await keep(path, made.toString());
  return made;
}

async function keep(path: string, text: string): Promise<void> {
  await mkdir(join(path, ".."), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  await writeFile(draft, text, { mode: 0o600, flag: "wx", flush: true });
  await rename(draft, path);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
