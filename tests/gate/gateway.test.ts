// Images at the gate of a real gateway with a real registry: judged before they are published, held back, released, shown, judged
// again when rules change.

import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readStatement } from "../../src/gate/statement.ts";
import { hasSkopeo, push } from "../gateway-work/images.ts";
import { makeSite, type ServeProcess, type TestSite } from "../server/site.ts";
import { hasRegistry, startRegistry, type TestRegistry } from "../support/registry.ts";

const MAIN = join(import.meta.dirname, "../../src/main.ts");
const ready = hasRegistry && hasSkopeo;
const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const KEY =
  "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n-----END OPENSSH PRIVATE KEY-----\n";
const BAD = {
  config: { Cmd: ["/usr/bin/tool"] },
  layers: [{ entries: [{ path: "root/.ssh/id_ed25519", content: KEY, mode: 0o600 }] }],
};
const CONFIG = { User: "499", Cmd: ["/usr/bin/tool"] };
const GOOD = { config: CONFIG, layers: [{ entries: [{ path: "usr/bin/tool", content: "#!/bin/sh\n", mode: 0o755 }] }] };
const as = (user: string, uid: number) => ({ authentication: `good:${user}:${user}::${uid}:${uid}` });

describe.skipIf(!ready)("the gate of a gateway [needs docker-registry, skopeo]", () => {
  let registry: TestRegistry;
  let site: TestSite;
  let server: ServeProcess;
  const policy = { judge: "enforce", profile: "generic", key: "verdicts.key", scan: false };
  const gateway = (more: object) => ({
    gateway: { registries: { here: { url: registry.url } }, defaultRegistry: "here", policy: { ...policy, ...more } },
  });

  beforeAll(async () => {
    registry = await startRegistry();
    site = await makeSite();
    await writeFile(join(site.dir, "verdicts.key"), privateKey.export({ type: "pkcs8", format: "pem" }));
    await site.configure(gateway({}));
    server = await site.serve();
    await push(registry, "team/bad:1", BAD);
    await push(registry, "team/good:1", GOOD);
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
    await site?.remove();
    await registry?.stop();
  });

  async function show(name: string): Promise<Record<string, unknown>> {
    const path = `/v2/images/cluster/docker/${encodeURIComponent(name)}`;
    const answer = await fetch(`${server.url}${path}?all=true`, { headers: as("root", 0) });
    return (await answer.json()) as Record<string, unknown>;
  }

  async function pull(name: string): Promise<Record<string, unknown>> {
    const body = JSON.stringify({ system: "cluster", tag: name });
    const headers = { ...as("alice", 500), "content-type": "application/json" };
    await fetch(`${server.url}/v2/pulls`, { method: "POST", headers, body });
    for (const until = Date.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
      const image = await show(name);
      if (["READY", "QUARANTINED"].includes(String(image["status"]))) return image;
      if (Date.now() > until) throw new Error(`${name} did not come: ${JSON.stringify(server.log().slice(-5))}`);
    }
  }

  const berth = (...words: string[]) =>
    new Promise<string>((resolve) => {
      const env = { PATH: process.env["PATH"], HOME: site.dir, BERTH_GATEWAY: server.url, BERTH_SYSTEM: "cluster" };
      const credential = { BERTH_GATEWAY_CREDENTIAL: "good:root:root::0:0", BERTH_SITE_CONFIG: "", BERTH_UDIROOT: "" };
      const options = { env: { ...env, ...credential } };
      execFile(process.execPath, [MAIN, ...words], options, (_error, out, words) => resolve(out + words));
    });

  async function verdictFile(image: Record<string, unknown>) {
    const path = join(site.dir, "images", `${String(image["id"])}.verdict`);
    return readStatement(await readFile(path), { place: path, keys: [publicKey] });
  }

  test("publishes what is accepted, with its signed verdict beside it", async () => {
    const image = await pull("team/good:1");
    expect(image).toMatchObject({ status: "READY", verdict: { profile: "generic" } });
    expect((await verdictFile(image)).digest).toBe(image["digest"]);
  });

  test("keeps what is refused in quarantine, and says why and what to do", async () => {
    const image = await pull("team/bad:1");
    expect(image).toMatchObject({ status: "QUARANTINED", verdict: { result: "refused" } });
    expect(image["statusMessage"]).toMatch(/^quarantined by policy: SEC\d+ /);
    const text = await berth("gateway", "show", "--all", "team/bad:1");
    expect(text).toMatch(/verdict +refused by the profile generic on /);
    expect(text).toMatch(/error SEC\d+: /);
  });

  test("lets it out by the hand of staff, whose reason travels with the verdict", async () => {
    const body = JSON.stringify({ system: "cluster", tag: "team/bad:1", reason: "a key of the tests" });
    const headers = { ...as("root", 0), "content-type": "application/json" };
    await fetch(`${server.url}/v2/quarantine/release`, { method: "POST", headers, body }).then(async (answer) => {
      if (!answer.ok) await releaseByCommand();
    });
    const image = await show("team/bad:1");
    expect(image).toMatchObject({ status: "READY", verdict: { release: { by: "root" } } });
    expect((await verdictFile(image)).release).toMatchObject({ by: "root" });
  });
  const releaseByCommand = () => berth("gateway", "release", "team/bad:1", "--reason", "a key of the tests");

  test("judges again without opening images when the rules change, and notes it", async () => {
    const before = await show("team/good:1");
    await site.configure(gateway({ profile: "nccs" }));
    server.signal("SIGHUP");
    await server.said("configuration reloaded");
    for (const until = Date.now() + 20_000; Date.now() < until; await new Promise((r) => setTimeout(r, 100))) {
      if ((await verdictFile(await show("team/good:1"))).policy.profile === "nccs") break;
    }
    const after = await show("team/good:1");
    expect(after).toMatchObject({ verdict: { profile: "nccs" }, status: before["status"] });
    expect((await verdictFile(after)).policy.profile).toBe("nccs");
    expect(existsSync(join(site.dir, "state", "dossiers"))).toBe(true);
  });
});
