// A private certificate authority for tests, made with openssl: one server and one client certificate.

import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Paths of PEM files. */
export interface Authority {
  readonly ca: string;
  readonly serverCert: string;
  readonly serverKey: string;
  readonly clientCert: string;
  readonly clientKey: string;
}

export async function makeAuthority(dir: string): Promise<Authority> {
  await mkdir(dir, { recursive: true });
  const at = (name: string) => join(dir, name);
  const [ca, caKey] = [at("ca.crt"), at("ca.key")];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  openssl(["req", "-x509", ...key, "-keyout", caKey, "-out", ca, "-days", "2", "-subj", "/CN=berth test authority"]);
  await writeFile(at("server.ext"), "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\n");
  await writeFile(at("client.ext"), "extendedKeyUsage=clientAuth\n");
  for (const name of ["server", "client"]) {
    openssl(["req", ...key, "-keyout", at(`${name}.key`), "-out", at(`${name}.csr`), "-subj", `/CN=${name}`]);
    const sign = ["-CA", ca, "-CAkey", caKey, "-CAcreateserial", "-days", "2", "-extfile", at(`${name}.ext`)];
    openssl(["x509", "-req", "-in", at(`${name}.csr`), "-out", at(`${name}.crt`), ...sign]);
  }
  return {
    ca,
    serverCert: at("server.crt"),
    serverKey: at("server.key"),
    clientCert: at("client.crt"),
    clientKey: at("client.key"),
  };
}

function openssl(args: readonly string[]): void {
  execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
}
