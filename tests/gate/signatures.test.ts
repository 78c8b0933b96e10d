// Whose signatures count at the gate of a real gateway: those of a real registry, kept with the first pull, judged again without it.

import { execFile } from "node:child_process";
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasSkopeo, push } from "../gateway-work/images.ts";
import { makeSite, type ServeProcess, type TestSite } from "../server/site.ts";
import { installed } from "../support/ordinary-user.ts";
import { hasRegistry, startRegistry, type TestRegistry } from "../support/registry.ts";
import { type NotationSigner, notationSigner, signClassic, signNotation } from "./sign-images.ts";

const MAIN = join(import.meta.dirname, "../../src/main.ts");
const ready = hasRegistry && hasSkopeo && installed("openssl");
const TOOL = { path: "usr/bin/tool", content: "#!/bin/sh\n", mode: 0o755 };
const ME = userInfo();
const as = (user: string, uid: number) => ({ authentication: `good:${user}:${user}::${uid}:${uid}` });
type Shown = Readonly<Record<string, unknown>> & {
  readonly verdict?: { readonly findings: readonly { readonly rule: string; readonly message: string }[] };
};

describe.skipIf(!ready)("signatures at the gate of a gateway [needs docker-registry, skopeo, openssl]", () => {
  let registry: TestRegistry;
  let site: TestSite;
  let server: ServeProcess;
  let notation: NotationSigner;
  let listener: Server;
  const told: Readonly<Record<string, unknown>>[] = [];
  const at = (name: string) => join(site.dir, name);
  const signatures = () => ({ keys: ["site.pub"], authorities: "ca.pem", keyring: "keys" });
  const configure = (change: object = {}) => {
    const { port } = listener.address() as AddressInfo;
    const reminders = { url: `http://127.0.0.1:${port}/`, every: "365d" };
    const policy = { judge: "enforce", key: "site.key", scan: false, practices: { signed: true }, reminders };
    const registries = { here: { url: registry.url } };
    const all = { ...policy, signatures: signatures(), ...change };
    return site.configure({
      gateway: { registries, defaultRegistry: "here", pullUpdate: 0, imports: "all", policy: all },
    });
  };

  beforeAll(async () => {
    registry = await startRegistry();
    site = await makeSite();
    listener = createServer(async (request, response) => {
      told.push(JSON.parse(await text(request)) as Record<string, unknown>);
      response.end();
    });
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    for (const name of ["site", "other"]) {
      const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      await writeFile(at(`${name}.key`), privateKey.export({ type: "pkcs8", format: "pem" }));
      await writeFile(at(`${name}.pub`), publicKey.export({ type: "spki", format: "pem" }));
    }
    notation = notationSigner(site.dir);
    await configure();
    server = await site.serve();
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
    await site?.remove();
    await registry?.stop();
    listener?.close();
  });

  const keyOf = async (name: string) => createPrivateKey(await readFile(at(`${name}.key`)));
  /** An image of its own under that name; answers its digest. */
  const pushed = async (name: string) => {
    const layers = [{ entries: [TOOL, { path: `usr/share/${name}`, content: name }] }];
    const digest = await push(registry, `team/${name}:1`, { config: { User: "499", Cmd: ["/usr/bin/tool"] }, layers });
    return { repository: `team/${name}`, digest };
  };

  async function show(name: string, itype = "docker"): Promise<Shown> {
    const path = `/v2/images/cluster/${itype}/${encodeURIComponent(`team/${name}:1`)}`;
    return (await (await fetch(`${server.url}${path}?all=true`, { headers: as("root", 0) })).json()) as Shown;
  }

  async function until<T>(look: () => Promise<T | undefined>, what: string): Promise<T> {
    for (const end = Date.now() + 50_000; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > end) throw new Error(`${what}: ${JSON.stringify(server.log().slice(-5))}`);
    }
  }

  async function pull(name: string): Promise<Shown> {
    const headers = { ...as("alice", 500), "content-type": "application/json" };
    const body = JSON.stringify({ system: "cluster", tag: `team/${name}:1` });
    const asked = await fetch(`${server.url}/v2/pulls`, { method: "POST", headers, body });
    const { pull: begun } = (await asked.json()) as { readonly pull?: { readonly id: string } };
    if (begun) await over(begun.id, headers);
    return show(name);
  }

  /** Imports the file as this process's user, who may read it. */
  async function imported(name: string): Promise<Shown> {
    const headers = { ...as(ME.username, ME.uid), "content-type": "application/json" };
    const body = JSON.stringify({ system: "cluster", tag: `team/${name}:1`, path: at(`${name}.sif`), format: "sif" });
    const asked = await fetch(`${server.url}/v2/imports`, { method: "POST", headers, body });
    await over(((await asked.json()) as { readonly id: string }).id, headers);
    return show(name, "custom");
  }

  async function over(id: string, headers: Record<string, string>): Promise<void> {
    const isOver = async () => {
      const answer = await fetch(`${server.url}/v2/pulls/${id}`, { headers });
      return ((await answer.json()) as { readonly finishedAt?: number | null }).finishedAt ?? undefined;
    };
    await until(isOver, `${id} does not end`);
  }

  const rules = ({ verdict }: Shown) => (verdict?.findings ?? []).filter(({ rule }) => rule.startsWith("SIG"));
  const berth = (...words: string[]) =>
    new Promise<string>((resolve) => {
      const env = { PATH: process.env["PATH"], HOME: site.dir, BERTH_GATEWAY: server.url, BERTH_SYSTEM: "cluster" };
      const credential = { BERTH_GATEWAY_CREDENTIAL: "good:root:root::0:0", BERTH_SITE_CONFIG: "", BERTH_UDIROOT: "" };
      execFile(process.execPath, [MAIN, ...words], { env: { ...env, ...credential } }, (_error, out, said) =>
        resolve(out + said),
      );
    });

  test("an unsigned image is kept back, and comes out when it is signed and pulled again", async () => {
    await pushed("late");
    const before = await pull("late");
    expect(before).toMatchObject({ status: "QUARANTINED", verdict: { result: "refused" } });
    expect(rules(before)).toMatchObject([{ rule: "SIG001" }]);
    expect(await berth("gateway", "show", "team/late:1")).toMatch(
      /docker:team\/late:1 on cluster is in quarantine: quarantined by policy: SIG001[\s\S]*show --all docker:team\/late:1/,
    );
    await berth("sign", "--key", at("site.key"), "--no-https", `docker://${registry.host}/team/late:1`);
    expect(rules(await pull("late"))).toEqual([]);
    expect(await show("late")).toMatchObject({ status: "READY", statusMessage: "" });
  });

  test("cosign's older form and notation's count as well", async () => {
    await signClassic(registry, await pushed("classic"), await keyOf("site"));
    expect(rules(await pull("classic"))).toEqual([]);
    await signNotation(registry, await pushed("notation"), notation);
    expect(await pull("notation")).toMatchObject({ status: "READY" });
    expect(rules(await show("notation"))).toEqual([]);
  });

  test("one of a key that the site does not know is named with why", async () => {
    await signClassic(registry, await pushed("foreign"), await keyOf("other"));
    const image = await pull("foreign");
    expect(image).toMatchObject({ status: "QUARANTINED" });
    expect(rules(image).map(({ rule }) => rule)).toEqual(["SIG001", "SIG002"]);
    expect(rules(image)[1]?.message).toBe(
      "a cosign signature of this image is not valid: it was not made with a trusted key, or was changed",
    );
  });

  test("of a list of platforms counts for the image in it", async () => {
    const config = { User: "499", Cmd: ["/usr/bin/tool"] };
    const list = ["amd64", "arm64"].map((architecture) => ({
      ...{ architecture, config },
      layers: [{ entries: [TOOL, { path: "usr/share/arch", content: architecture }] }],
    }));
    await push(registry, "team/list:1", list);
    const answer = await fetch(`${registry.url}/v2/team/list/manifests/1`, {
      headers: { accept: "application/vnd.oci.image.index.v1+json" },
    });
    const digest = answer.headers.get("docker-content-digest") ?? "";
    expect(((await answer.json()) as { readonly manifests: unknown }).manifests).toHaveLength(2);
    await signClassic(registry, { repository: "team/list", digest }, await keyOf("site"));
    expect(await pull("list")).toMatchObject({ status: "READY" });
  });

  test("of an imported SIF file count: the site's are taken, others' and none are kept back", async () => {
    await pushed("file");
    for (const name of ["unsigned", "ours", "theirs"])
      await berth("pull", "--no-https", at(`${name}.sif`), `docker://${registry.host}/team/file:1`);
    await berth("sign", "--key", at("site.key"), at("ours.sif"));
    await berth("sign", "--key", at("other.key"), at("theirs.sif"));
    const taken = await imported("ours");
    expect(rules(taken)).toEqual([]);
    expect(taken).toMatchObject({ status: "READY" });
    for (const name of ["unsigned", "theirs"]) {
      const kept = await imported(name);
      expect(kept).toMatchObject({ status: "QUARANTINED", statusMessage: expect.stringMatching(/SIG00/) });
      expect(rules(kept)).not.toEqual([]);
    }
  });

  test("are judged again without the registry when the site's keys change", async () => {
    // Fewer to be judged.
    for (const name of ["late", "foreign", "list"]) {
      const path = `/v2/images/cluster/docker/${encodeURIComponent(`team/${name}:1`)}`;
      await fetch(`${server.url}${path}`, { method: "DELETE", headers: as("root", 0) });
    }
    const asked = registry.log();
    await configure({ signatures: { ...signatures(), keys: ["other.pub"] } });
    server.signal("SIGHUP");
    const refused = async (name: string) => {
      const image = await show(name);
      return rules(image).length === 2 ? image : undefined;
    };
    expect(await until(() => refused("classic"), "it is judged again")).toMatchObject({ status: "READY" });
    expect(await until(async () => (rules(await show("notation")).length === 0 ? 1 : undefined), "stays")).toBe(1);
    expect(registry.log()).toBe(asked);
    expect(told.filter(({ kind }) => kind === "image-quarantined")).toEqual([]);
  });

  test("quarantine what was published where the site wants it, and delete nothing", async () => {
    const keys = { signatures: { ...signatures(), keys: ["other.pub"] }, rejudge: "quarantine" };
    // A rule weighs otherwise, so that the verdicts are made again.
    await configure({ ...keys, severities: { BAS010: "off" } });
    server.signal("SIGHUP");
    const held = await until(async () => {
      const image = await show("classic");
      return image["status"] === "QUARANTINED" ? image : undefined;
    }, "it goes to quarantine");
    expect(held["statusMessage"]).toMatch(/^quarantined by policy: SIG001 /);
    const file = join(site.dir, "images", String(held["id"]));
    expect(existsSync(`${file}.squashfs`)).toBe(true);
    expect(await readFile(`${file}.meta`, "utf8")).toContain("4294967294");
    expect(Buffer.from(JSON.parse(await readFile(`${file}.verdict`, "utf8")).payload, "base64").toString()).toContain(
      '"result":"refused"',
    );
    await until(async () => (told.length > 0 ? 1 : undefined), "somebody is told");
    expect(
      told.flatMap(({ kind, images }) => (kind === "image-quarantined" ? (images as unknown[]) : [])),
    ).toContainEqual(
      expect.objectContaining({ name: "team/classic:1", system: "cluster", reason: expect.stringMatching(/^SIG001 /) }),
    );
    const events = await fetch(`${server.url}/v2/audit`, { headers: as("root", 0) });
    expect(((await events.json()) as { readonly items: readonly unknown[] }).items).toContainEqual(
      expect.objectContaining({ kind: "image.quarantined", imageId: held["id"] }),
    );
    await configure({ rejudge: "quarantine" });
    server.signal("SIGHUP");
    await until(async () => (rules(await show("classic")).length === 0 ? 1 : undefined), "its verdict changes");
    expect(await show("classic")).toMatchObject({ status: "QUARANTINED" });
    expect(await pull("classic")).toMatchObject({ status: "READY" });
    expect(await readFile(`${file}.meta`, "utf8")).not.toContain("4294967294");
  });
});
