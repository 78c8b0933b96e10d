// Which authorities vouch for a registry, and how we show who we are: the certs.d layout that docker and podman share
// (one folder per host[:port]; *.crt authorities, *.cert and *.key for the client), SSL_CERT_FILE, and the system's
// bundle, since a site's own authority is usually installed there and the runtime brings only the public ones.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import { type Environment, firstOf } from "../../platform/user.ts";
import { fail } from "./errors.ts";

/** Reads a set of PEM authorities when it is needed; undefined: those built into the runtime. */
export type Trust = () => Promise<readonly Buffer[] | undefined>;

/** What to hand to TLS for one host. */
export interface TlsMaterial {
  /** Tried in this order until one vouches. */
  readonly trust: readonly Trust[];
  /** PEM. */
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** Reads the material for `host[:port]`. */
export type CertSource = (authority: string) => Promise<TlsMaterial>;

const SYSTEM_BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/** The folders that are searched when the caller names none, first one first. */
export function defaultCertDirs(env: Environment, home: string): readonly string[] {
  const config = firstOf(env, "XDG_CONFIG_HOME") ?? join(home, ".config");
  return [join(config, "containers/certs.d"), "/etc/containers/certs.d", "/etc/docker/certs.d"];
}

/**
 * `named` has a further PEM file of authorities for some hosts.
 *
 * @throws E_CERTS_FILE when a file that is there (or named) cannot be read, or a client certificate lacks its key
 */
export function certSource(
  env: Environment,
  dirs: readonly string[],
  named: ReadonlyMap<string, string> = new Map(),
): CertSource {
  return async (authority) => {
    const folder = await firstFolder(dirs, authority);
    const found = folder === undefined ? { ca: [] } : await readFolder(folder.path, folder.names);
    const file = named.get(authority);
    const own = file === undefined ? found : { ...found, ca: [await readCertificate(file), ...found.ca] };
    const explicit = firstOf(env, "SSL_CERT_FILE");
    const general = explicit === undefined ? [BUILT_IN, systemBundle] : [async () => [await readCertificate(explicit)]];
    const { ca, ...client } = own;
    return { trust: ca.length === 0 ? general : [async () => ca, ...general], ...client };
  };
}

async function firstFolder(dirs: readonly string[], authority: string) {
  // A host that came from a redirect or a token realm must not walk out of certs.d.
  if (!/^[A-Za-z0-9.:[\]_-]+$/.test(authority) || authority.startsWith(".")) return undefined;
  for (const dir of dirs) {
    const path = join(dir, authority);
    const names = await readdir(path).catch(() => undefined);
    if (names !== undefined) return { path, names };
  }
  return undefined;
}

interface Folder {
  readonly ca: readonly Buffer[];
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

async function readFolder(path: string, names: readonly string[]): Promise<Folder> {
  const sorted = [...names].sort();
  const authorities = sorted.filter((name) => name.endsWith(".crt"));
  const ca = await Promise.all(authorities.map((name) => readCertificate(join(path, name))));
  const certName = sorted.find((name) => name.endsWith(".cert"));
  const keyName = certName?.replace(/\.cert$/, ".key");
  if (certName === undefined || keyName === undefined) return { ca };
  const [cert, key] = await Promise.all([readCertificate(join(path, certName)), readCertificate(join(path, keyName))]);
  return { ca, cert, key };
}

async function readCertificate(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw fail("E_CERTS_FILE", { path, why: errnoOf(cause) ?? reasonOf(cause) }, { cause });
  }
}

const BUILT_IN: Trust = async () => undefined;

// Read only when the built-in authorities do not vouch: it has hundreds of certificates.
async function systemBundle(): Promise<readonly Buffer[] | undefined> {
  for (const path of SYSTEM_BUNDLES) {
    const bundle = await readFile(path).catch(() => undefined);
    if (bundle !== undefined) return [bundle];
  }
  return undefined;
}
