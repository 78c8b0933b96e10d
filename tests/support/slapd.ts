// A real slapd on loopback with a database of its own, filled from LDIF.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Authority, makeAuthority } from "./authority.ts";
import { freePort } from "./registry.ts";

const SLAPD = "/usr/sbin/slapd";

/** Whether this machine has one. */
export const hasSlapd = existsSync(SLAPD);

export const SUFFIX = "dc=example,dc=org";
export const ADMIN = { dn: `cn=admin,${SUFFIX}`, password: "admin secret" };

export interface TestSlapd {
  /** In clear, and with StartTLS. */
  readonly url: string;
  readonly tlsUrl: string;
  /** File of the certificate authority. */
  readonly ca: string;
  readonly folder: string;
  stop(): Promise<void>;
}

/** Starts one with these entries below the suffix. */
export async function startSlapd(ldif: string): Promise<TestSlapd> {
  const folder = await mkdtemp(join(tmpdir(), "berth-slapd-"));
  const authority = await makeAuthority(join(folder, "tls"));
  await mkdir(join(folder, "db"));
  await writeFile(join(folder, "slapd.conf"), configOf(folder, authority));
  await writeFile(join(folder, "entries.ldif"), `${SUFFIX_ENTRY}\n${ldif}`);
  execFileSync("/usr/sbin/slapadd", ["-f", join(folder, "slapd.conf"), "-l", join(folder, "entries.ldif")], {
    stdio: "pipe",
  });
  const [port, tlsPort] = [await freePort(), await freePort()];
  const [url, tlsUrl] = [`ldap://127.0.0.1:${port}`, `ldaps://127.0.0.1:${tlsPort}`];
  const child = spawn(SLAPD, ["-f", join(folder, "slapd.conf"), "-h", `${url} ${tlsUrl}`, "-d", "0"], {
    stdio: "ignore",
  });
  await listening(port, child);
  return {
    ...{ url, tlsUrl, ca: authority.ca, folder },
    async stop() {
      child.kill();
      if (child.exitCode === null) await once(child, "exit");
      await rm(folder, { recursive: true });
    },
  };
}

const SUFFIX_ENTRY = `dn: ${SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: Example\n`;

function configOf(folder: string, { ca, serverCert, serverKey }: Authority): string {
  const schemas = ["core", "cosine", "nis", "inetorgperson"].map((name) => `include /etc/ldap/schema/${name}.schema`);
  const lines = [
    ...schemas,
    "modulepath /usr/lib/ldap",
    "moduleload back_mdb",
    `pidfile ${folder}/slapd.pid`,
    `TLSCACertificateFile ${ca}`,
    `TLSCertificateFile ${serverCert}`,
    `TLSCertificateKeyFile ${serverKey}`,
    "database mdb",
    `suffix "${SUFFIX}"`,
    `rootdn "${ADMIN.dn}"`,
    `rootpw "${ADMIN.password}"`,
    `directory ${folder}/db`,
    "access to attrs=userPassword by anonymous auth by * none",
    'access to * by dn.exact="cn=lookup,dc=example,dc=org" read by users read by anonymous read',
  ];
  return `${lines.join("\n")}\n`;
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`slapd ended with ${child.exitCode}`);
    const socket = connect(port, "127.0.0.1");
    const up = await new Promise((done) => {
      socket.once("connect", () => done(true));
      socket.once("error", () => done(false));
    });
    socket.destroy();
    if (up) return;
    await new Promise((again) => setTimeout(again, 20));
  }
}
