// TLS: certificates by name, exchanged while connections live; HTTP/2; the internal authority's certificates as others see
// them; the way from plain HTTP.

import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect as connect2 } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type PeerCertificate } from "node:tls";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { openAuthority } from "../../src/services/routes/certificates/authority.ts";
import { CertificateKeeper } from "../../src/services/routes/certificates/keeper.ts";
import { backend, openSite, type ProxySite, route } from "./proxy-site.ts";
import { ask } from "./talk.ts";

const run = promisify(execFile);
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "berth-tls-"));
  open.push({ close: () => rm(dir, { recursive: true, force: true }) });
  return dir;
}

async function secureSite(hosts: readonly string[]) {
  const dir = await folder();
  const authority = await openAuthority(dir, () => Date.now() / 1000);
  const site = await openSite({ settings: { publicHttpsPort: 443 } });
  open.push(site);
  const web = await backend((request, response) =>
    response.end(`${request.headers["x-forwarded-proto"]} ${request.url}`),
  );
  open.push(web);
  const routes = [route({ backends: [web.spec], tls: "redirect" })];
  const certificates = hosts.map((host) => authority.issue(host));
  await site.publish(routes, { certificates });
  return { dir, authority, site, routes, web };
}

// The certificate that somebody who asks for this name is shown; a text: what the handshake ended with.
function shown(site: ProxySite, servername: string, ca: string): Promise<PeerCertificate | string> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port: site.httpsPort, servername, ca }, () => {
      resolve(socket.getPeerCertificate());
      socket.destroy();
    });
    socket.on("error", (error) => resolve(error.message));
  });
}

describe("TLS", () => {
  test("shows each name its certificate, and none to names that are not ours", async () => {
    const { site, authority } = await secureSite(["a.example.org", "*.wild.example.org"]);
    const nameOf = async (name: string) => {
      const certificate = await shown(site, name, authority.root);
      return typeof certificate === "string" ? "refused" : certificate.subjectaltname;
    };
    expect(await nameOf("a.example.org")).toBe("DNS:a.example.org");
    expect(await nameOf("b.wild.example.org")).toBe("DNS:*.wild.example.org");
    expect(await nameOf("c.b.wild.example.org")).toBe("refused");
    expect(await nameOf("other.example.org")).toBe("refused");
  });

  test("takes a new certificate at once; connections that are open go on", async () => {
    const { site, authority, routes } = await secureSite(["a.example.org"]);
    const session = connect2(`https://127.0.0.1:${site.httpsPort}`, {
      servername: "a.example.org",
      ca: authority.root,
    });
    open.push({ close: () => Promise.resolve(session.destroy()) });
    expect(await get2(session, "/1")).toBe("https /1");
    const before = await shown(site, "a.example.org", authority.root);
    const certificates = [authority.issue("a.example.org")];
    await site.publish(routes, { certificates });
    const after = await shown(site, "a.example.org", authority.root);
    expect((after as PeerCertificate).serialNumber).not.toBe((before as PeerCertificate).serialNumber);
    expect(await get2(session, "/2")).toBe("https /2");
  });

  test("is where plain requests are sent to, with method and query kept", async () => {
    const { site } = await secureSite(["a.example.org"]);
    const headers = { Host: "a.example.org:80" };
    const { status, headers: said } = await ask(site.port, { method: "POST", path: "/x?y=1", headers, body: "z" });
    expect([status, said.location]).toEqual([308, "https://a.example.org/x?y=1"]);
  });

  test("serves curl over HTTP/1.1 and HTTP/2", async () => {
    const { dir, site } = await secureSite(["a.example.org"]);
    for (const version of ["--http1.1", "--http2"]) {
      const resolve = `a.example.org:${site.httpsPort}:127.0.0.1`;
      const words = ["-sS", version, "--cacert", join(dir, "ca.crt"), "--resolve", resolve, "-w", " %{http_version}"];
      const { stdout } = await run("curl", [...words, `https://a.example.org:${site.httpsPort}/c`]);
      expect(stdout).toBe(`https /c ${version === "--http2" ? "2" : "1.1"}`);
    }
  });

  test("carries many requests of one HTTP/2 connection side by side, large bodies and trailers among them", async () => {
    const { site, authority, web } = await secureSite(["a.example.org"]);
    web.server.removeAllListeners("request");
    web.server.on("request", (request, response) => {
      let bytes = 0;
      request.on("data", (piece: Buffer) => (bytes += piece.length));
      request.on("end", () => {
        response.writeHead(200, { Trailer: "X-Sum" });
        response.write(String(bytes));
        response.addTrailers({ "X-Sum": String(bytes) });
        response.end();
      });
    });
    const session = connect2(`https://127.0.0.1:${site.httpsPort}`, {
      servername: "a.example.org",
      ca: authority.root,
    });
    open.push({ close: () => Promise.resolve(session.destroy()) });
    const body = Buffer.alloc(300_000, 1);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => {
        const stream = session.request({ ":method": "POST", ":path": "/", ":authority": "a.example.org" });
        stream.end(body);
        return new Promise<string>((resolve, reject) => {
          let text = "";
          stream.on("data", (piece) => (text += piece));
          stream.on("trailers", (trailers) => (text += ` ${trailers["x-sum"]}`));
          stream.on("end", () => resolve(text));
          stream.on("error", reject);
        });
      }),
    );
    expect(new Set(answers)).toEqual(new Set(["300000 300000"]));
  });
});

describe("the internal authority", () => {
  test("makes certificates that OpenSSL believes, for names and addresses, and keeps its root", async () => {
    const dir = await folder();
    const authority = await openAuthority(dir, () => Date.now() / 1000);
    const leaf = join(dir, "leaf.crt");
    for (const host of ["a.example.org", "*.b.example.org", "10.1.2.3", "fd00::1"]) {
      await writeFile(leaf, authority.issue(host).certificate);
      const { stdout } = await run("openssl", [
        "verify",
        "-x509_strict",
        "-CAfile",
        join(dir, "ca.crt"),
        "-purpose",
        "sslserver",
        leaf,
      ]);
      expect(stdout).toMatch(/leaf\.crt: OK/);
    }
    expect(new X509Certificate(authority.issue("fd00::1").certificate).checkIP("fd00::1")).toBe("fd00::1");
    const again = await openAuthority(dir, () => Date.now() / 1000);
    expect(again.root).toBe(authority.root);
    await rm(join(dir, "ca.key"));
    await expect(openAuthority(dir, () => 0)).rejects.toMatchObject({ code: "E_ROUTES_AUTHORITY" });
  });
});

describe("certificates of a folder", () => {
  test("go before all others, are read again when they change, and are told of when they are bad or old", async () => {
    const dir = await folder();
    let [changes, now] = [0, Date.now() / 1000];
    const authority = await openAuthority(join(dir, "ca"), () => now);
    const certificates = join(dir, "own");
    const troubles: string[] = [];
    const keeper = new CertificateKeeper({
      folder: certificates,
      acme: undefined,
      acmeFor: () => false,
      authority,
      now: () => now,
      onChange: () => changes++,
      onTrouble: (why) => troubles.push(why),
    });
    const own = authority.issue("a.example.org");
    const inTable = () =>
      keeper.tableFor(["a.example.org", "b.example.org"]).find(({ hosts }) => hosts.includes("a.example.org"));
    expect(inTable()?.certificate).not.toBe(own.certificate);
    await mkdir(certificates);
    await writeFile(join(certificates, "a.crt"), own.certificate);
    await writeFile(join(certificates, "a.key"), own.key);
    await keeper.look();
    expect([inTable()?.certificate, changes]).toEqual([own.certificate, 1]);
    await writeFile(join(certificates, "bad.crt"), own.certificate);
    await writeFile(join(certificates, "bad.key"), authority.issue("x").key);
    await keeper.look();
    expect(troubles).toEqual([
      expect.stringMatching(/bad\.crt cannot be used: the key belongs to another certificate/),
    ]);
    expect(inTable()?.certificate).toBe(own.certificate);
    // Half of an exchange: the certificate is there, its key not yet.
    const next = authority.issue("a.example.org");
    await writeFile(join(certificates, "a.crt"), next.certificate);
    await keeper.look();
    expect(inTable()?.certificate).toBe(own.certificate);
    await writeFile(join(certificates, "a.key"), next.key);
    await keeper.look();
    expect([inTable()?.certificate, inTable()?.key]).toEqual([next.certificate, next.key]);
    const issued = keeper.states().find(({ host }) => host === "b.example.org");
    now += 25 * 86_400;
    await keeper.look();
    expect(troubles.at(-1)).toMatch(/a\.example\.org runs out in \d days/);
    keeper.tableFor(["a.example.org", "b.example.org"]);
    expect(keeper.states().find(({ host }) => host === "b.example.org")?.validTo).toBeGreaterThan(issued?.validTo ?? 0);
  });
});

function get2(session: ReturnType<typeof connect2>, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":path": path, ":authority": "a.example.org" });
    let text = "";
    stream.on("data", (piece) => (text += piece));
    stream.on("end", () => resolve(text));
    stream.on("error", reject);
  });
}
