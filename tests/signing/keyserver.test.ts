// Keys travel by a real key server (SKS, the one that Debian packages).

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missing } from "../catalogue/world.ts";
import { freePort, listening } from "../support/registry.ts";
import { makePlace, newKey, type Place } from "./place.ts";

const SKS = "/usr/sbin/sks";
const hasSks = spawnSync(SKS, ["version"]).status === 0;
const reason = missing() ?? (hasSks ? undefined : "sks is not installed");

describe.skipIf(reason)(`a key server${reason ? ` [${reason}]` : ""}`, () => {
  let place: Place;
  let print: string;
  let server: { readonly url: string; stop(): void };
  beforeAll(async () => {
    place = await makePlace();
    print = newKey(place, "ada", "--algorithm", "rsa");
    place.done("key", "export", "seed.pgp", print);
    newKey(place, "eve", "--keysdir", "eve");
    server = await startServer(readFileSync(place.at("seed.pgp")));
  });
  afterAll(() => {
    server?.stop();
    place?.close();
  });

  test("takes a key that is pushed to it", () => {
    const { fingerprint } = JSON.parse(place.done("key", "list", "--json", "--keysdir", "eve"))[0];
    place.done("key", "push", "--keysdir", "eve", "--url", server.url, fingerprint);
    expect(place.done("key", "search", "--url", server.url, "eve@example.org")).toMatch(/eve <eve@example\.org>/);
    place.done("key", "pull", "--url", server.url, "--keysdir", "pulled", fingerprint);
    expect(place.done("key", "list", "--keysdir", "pulled")).toContain(fingerprint);
  });

  test("is searched by name and by fingerprint", () => {
    for (const words of ["ada", print, print.slice(24)])
      expect(place.done("key", "search", "--long-list", "--url", server.url, words)).toContain(print);
    expect(place.done("key", "search", "--url", server.url, "nobody")).toMatch(/^Showing 0 results/);
  });

  test("gives a key once; what it has not is said", () => {
    const pull = (wanted: string) => place.berth("key", "pull", "--url", server.url, "--keysdir", "once", wanted);
    expect(pull(print).stdout).toMatch(/^1 key/);
    expect(pull(print).stdout).toMatch(/^0 key/);
    expect(pull("0".repeat(40)).stderr).toMatch(/has no key/);
    expect(pull("12345678").status).toBe(255);
  });

  test("helps to verify an image of an unknown signer, who stays unknown", () => {
    const image = place.image("ada.sif");
    place.done("sign", "--passphrase-file", "word", image);
    const alone = place.berth("verify", "--keysdir", "nobody", image);
    expect(alone.stderr).toContain(`berth key pull ${print}`);
    const asked = place.berth("verify", "--keysdir", "nobody", "--url", server.url, image);
    expect(asked.stdout).toContain(`[REMOTE]  Fingerprint: ${print}`);
    expect(asked.stderr).toMatch(/is not in your keyring/);
    expect(asked.status).toBe(0);
    const local = place.berth("verify", "--local", "--keysdir", "nobody", "--url", server.url, image);
    expect(local.status).toBe(255);
  });

  test("must be named", () => {
    expect(place.berth("key", "search", "ada").stderr).toMatch(/no key server is named/);
  });
});

async function startServer(seed: Buffer) {
  const folder = mkdtempSync(join(tmpdir(), "berth-sks-"));
  // Places that the package has built in.
  for (const name of ["log", "lib", "run"]) mkdirSync(join(folder, "var", name, "sks"), { recursive: true });
  writeFileSync(join(folder, "seed.pgp"), seed);
  const base = ["-basedir", folder];
  const built = spawnSync(SKS, ["build", join(folder, "seed.pgp"), "-n", "1", "-cache", "1", ...base], { cwd: folder });
  if (built.status !== 0) throw new Error(String(built.stderr));
  const [port, gossip] = [await freePort(), await freePort()];
  const local = ["-hkp_address", "127.0.0.1", "-recon_address", "127.0.0.1", "-disable_mailsync"];
  const words = ["db", ...base, ...local, "-hkp_port", String(port), "-recon_port", String(gossip)];
  const child: ChildProcess = spawn(SKS, words, { cwd: folder, stdio: "ignore" });
  await listening(port, () => child.exitCode !== null);
  return {
    url: `http://127.0.0.1:${port}`,
    stop() {
      child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
