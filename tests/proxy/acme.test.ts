// Certificates from a real ACME server (pebble) that looks at the proxy from outside: http-01 on the proxy's plain port.

import { execFileSync, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { acmeAccount } from "../../src/services/routes/certificates/acme.ts";
import { CertificateKeeper } from "../../src/services/routes/certificates/keeper.ts";
import { makeAuthority } from "../support/authority.ts";
import { openSite, type ProxySite, until } from "./proxy-site.ts";

const hasPebble = isThere("pebble");

function isThere(program: string): boolean {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!hasPebble)("an ACME server (skipped without pebble)", () => {
  let dir: string;
  let site: ProxySite;
  let pebble: { readonly directory: string; readonly trusted: string; stop(): Promise<void> };

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "berth-acme-"));
    site = await openSite();
    pebble = await startPebble(dir, site.port);
  });
  afterAll(async () => {
    await pebble?.stop();
    await site?.close();
    await rm(dir, { recursive: true, force: true });
  });

  function keeper(now = () => Date.now() / 1000) {
    const challenges: Record<string, string> = {};
    const troubles: string[] = [];
    const publish = () => site.publish([], { challenges: { ...challenges } });
    const account = acmeAccount({
      directory: pebble.directory,
      contact: "hostmaster@example.org",
      trusted: pebble.trusted,
      dir: join(dir, "kept"),
      async publish(token, answer) {
        challenges[token] = answer;
        await publish();
      },
      withdraw(token) {
        delete challenges[token];
      },
    });
    const parts = { folder: join(dir, "none"), authority: undefined, now, onChange: () => undefined };
    const onTrouble = (why: string) => void troubles.push(why);
    const made = new CertificateKeeper({ ...parts, acme: account, acmeFor: () => true, onTrouble });
    return { made, troubles, challenges };
  }

  test("gives a certificate for a name that leads to the proxy, which is kept for the next start", async () => {
    const first = keeper();
    expect(first.made.tableFor(["localhost"])).toEqual([]);
    await first.made.look();
    await first.made.settled();
    expect(first.troubles).toEqual([]);
    const [certificate] = first.made.tableFor(["localhost"]);
    expect(certificate?.hosts).toEqual(["localhost"]);
    expect(certificate?.certificate).toMatch(/BEGIN CERTIFICATE[\s\S]+BEGIN CERTIFICATE/);
    expect(first.made.states()).toMatchObject([{ host: "localhost", from: "acme" }]);
    expect(first.challenges).toEqual({});
    expect((await readdir(join(dir, "kept"))).sort()).toEqual(["account.key", "localhost.crt", "localhost.key"]);

    const second = keeper();
    second.made.tableFor(["localhost"]);
    await second.made.look();
    await second.made.settled();
    expect(second.made.tableFor(["localhost"])).toEqual([certificate]);
  });

  test("is asked again when two thirds of the time are over, and the old one serves until then", async () => {
    const before = await readFile(join(dir, "kept", "localhost.crt"), "utf8");
    const later = keeper(() => Date.now() / 1000 + 4.5 * 365 * 86_400);
    later.made.tableFor(["localhost"]);
    await later.made.look();
    await later.made.settled();
    expect(later.troubles).toEqual([]);
    expect(later.made.tableFor(["localhost"])[0]?.certificate).not.toBe(before);
  });

  test("that refuses is told of, and left alone for a while", async () => {
    const { made, troubles } = keeper();
    made.tableFor(["not-there.invalid"]);
    for (let look = 0; look < 3; look++) {
      await made.look();
      await made.settled();
    }
    expect(troubles).toEqual([expect.stringMatching(/^no certificate for not-there\.invalid from https:/)]);
    expect(made.states()).toMatchObject([{ host: "not-there.invalid", from: "none", problem: expect.any(String) }]);
  });
});

async function startPebble(dir: string, httpPort: number) {
  const authority = await makeAuthority(join(dir, "pebble"));
  const [port, management] = [await freePort(), await freePort()];
  const config = {
    pebble: {
      listenAddress: `127.0.0.1:${port}`,
      managementListenAddress: `127.0.0.1:${management}`,
      certificate: authority.serverCert,
      privateKey: authority.serverKey,
      httpPort,
      tlsPort: 1,
      ocspResponderURL: "",
      externalAccountBindingRequired: false,
    },
  };
  await mkdir(dir, { recursive: true });
  const file = join(dir, "pebble.json");
  await writeFile(file, JSON.stringify(config));
  const env = { ...process.env, PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "0" };
  const child = spawn("pebble", ["-config", file, "-strict", "false"], { env, stdio: ["ignore", "pipe", "pipe"] });
  let words = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece) => (words += piece));
  await until(() => words.includes("ACME directory available") || words.includes("Listening"));
  return {
    directory: `https://127.0.0.1:${port}/dir`,
    trusted: await readFile(authority.ca, "utf8"),
    stop: () =>
      new Promise<void>((resolve) => {
        child.once("exit", () => resolve());
        child.kill();
      }),
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
