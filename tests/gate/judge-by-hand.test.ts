// `berth gate judge`, `berth audit` and `berth inventory` as people call them on a machine of a site: by the site's rules, with its keys.

import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, realpath, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { policyHash } from "../../src/gate/policy-hash.ts";
import { currentUser } from "../../src/platform/user.ts";
import { readGatewayConfig } from "../../src/site/read-config.ts";
import { writeLayout } from "../support/oci-image.ts";

const MAIN = join(import.meta.dirname, "../../src/main.ts");
const RULES = { profile: "nccs", severities: { BAS010: "off" }, practices: { signed: true } };

let dir: string;
const at = (name: string) => join(dir, name);
const berth = (...words: string[]) =>
  new Promise<{ readonly code: number; readonly out: string; readonly err: string }>((resolve) => {
    const env = { PATH: process.env["PATH"], HOME: dir, NO_COLOR: "1", BERTH_SITE_CONFIG: at("site.yaml") };
    const child = execFile(process.execPath, [MAIN, ...words], { env, cwd: dir }, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });

beforeAll(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), "berth-judge-")));
  await chmod(dir, 0o755);
  for (const name of ["images", "home", "images/mine"]) await mkdir(at(name));
  const imageFolders = [{ path: at("images"), owners: ["nobody-there"] }];
  const policy = {
    judge: "warn",
    ...RULES,
    practices: { ...RULES.practices, imageFolders },
    signatures: { keyring: "keys" },
  };
  const gateway = { authentication: "mock", systems: { cluster: { imageDir: at("images") } }, policy };
  // JSON is YAML, but a file of it alone would be Shifter's.
  await writeFile(at("site.yaml"), `# A site\n${JSON.stringify({ server: { stateDir: at("state") }, gateway })}\n`);
  const layers = [{ entries: [{ path: "usr/bin/tool", content: "#!/bin/sh\n", mode: 0o755 }] }];
  await writeLayout(at("layout"), { tool: { config: { User: "499", Cmd: ["/usr/bin/tool"] }, layers } });
  expect(await berth("pull", "home/tool.sif", "oci:layout:tool")).toMatchObject({ code: 0 });
});
afterAll(() => rm(dir, { recursive: true, force: true }));

interface Told {
  readonly result: string;
  readonly policy: { readonly profile: string; readonly hash: string };
  readonly findings: readonly { readonly rule: string; readonly certainty: string; readonly message: string }[];
}

async function judged(...words: string[]): Promise<Told> {
  const { out, err } = await berth("gate", "judge", "home/tool.sif", "--no-scan", "--json", ...words);
  return JSON.parse(out || JSON.stringify({ err })) as Told;
}
const about = ({ findings }: Told, rule: string) => findings.filter((finding) => finding.rule === rule);

describe("an image that is judged by hand", () => {
  test("is judged by what the site's gateway judges by", async () => {
    const { gateway } = await readGatewayConfig(at("site.yaml"), { env: process.env, user: currentUser() });
    const { policy } = await judged();
    expect(policy).toEqual({ profile: "nccs", hash: gateway.gate && policyHash(gateway.gate.policy) });
    expect((await judged("--profile", "generic")).policy.profile).toBe("generic");
  });

  test("is judged by a file over that where somebody names one", async () => {
    expect(about(await judged(), "SIG001")).toHaveLength(1);
    await writeFile(at("mine.yaml"), "rules:\n  SIG001: off\n");
    expect(about(await judged("--config", "mine.yaml"), "SIG001")).toEqual([]);
    const wrong = await berth("gate", "judge", "home/tool.sif", "--config", "none.yaml");
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining("none.yaml")]);
  });

  test("is signed by whom the site's keyring knows, and by nobody else", async () => {
    const who = ["--name", "ada", "--email", "ada@example.org", "--bit-length", "2048"];
    await writeFile(at("word"), "a long passphrase\n");
    await berth("key", "newpair", ...who, "--passphrase-file", "word", "--keysdir", "own");
    const signed = await berth("sign", "--keysdir", "own", "--passphrase-file", "word", "home/tool.sif");
    expect(signed).toMatchObject({ code: 0 });
    const unknown = await judged();
    for (const rule of ["SIG001", "SIG002"])
      expect(about(unknown, rule)).toMatchObject([
        { certainty: "unknown", message: expect.stringContaining("the site names no key") },
      ]);
    const known = await judged("--keysdir", "own");
    expect([...about(known, "SIG001"), ...about(known, "SIG002")]).toEqual([]);
    await rename(at("own"), at("keys"));
    const { findings } = await judged();
    expect(findings.filter(({ rule }) => rule.startsWith("SIG"))).toEqual([]);
    const audit = await berth("audit", "home/tool.sif", "--config", "mine.yaml", "--only", "SIG002", "--strict");
    expect(audit).toMatchObject({ code: 0 });
  });

  test("of an archive has no signatures that anybody could know of", async () => {
    const { out } = await berth("audit", "oci:layout:tool", "--only", "SIG002", "--strict", "--format", "json");
    expect(out).toContain("archives and folders carry none");
  });

  test("of a registry that is out of reach is not known to be signed or not", async () => {
    const { out, code } = await berth("audit", "docker://127.0.0.1:1/x:1", "--only", "SIG002", "--strict");
    expect([out, code]).toEqual([expect.anything(), 2]);
  });
});

describe("an inventory", () => {
  test("has the site's practices say what lies where it must not, and whose it may not be", async () => {
    await rename(at("home/tool.sif"), at("images/tool.sif"));
    await berth("pull", "home/stray.sif", "oci:layout:tool");
    const { out, code } = await berth("inventory", dir, "--json");
    expect(code).toBe(1);
    const { findings } = JSON.parse(out) as { readonly findings: readonly Record<string, unknown>[] };
    expect(findings).toMatchObject([
      { rule: "LOC002", certainty: "certain", paths: [at("home/stray.sif")] },
      { rule: "LOC001", paths: [at("images/tool.sif")], message: expect.stringContaining("belongs to") },
    ]);
    const shown = (await berth("inventory", "home")).out;
    expect(shown).toContain(`warning LOC002: an image lies outside of the site's folders: ${at("home/stray.sif")}\n`);
  });

  test("goes by the folders that are named by hand", async () => {
    expect(await berth("inventory", dir, "--allowed", dir)).toMatchObject({ code: 0 });
    const other = await berth("inventory", "images", "--allowed", "home");
    expect([other.code, other.out]).toEqual([1, expect.stringContaining("stray")]);
  });

  test("says that it does not know where nobody names folders", async () => {
    await writeFile(at("site.yaml"), "");
    const { out, code } = await berth("inventory", "home");
    expect([code, out]).toEqual([0, expect.stringContaining("unknown LOC002: ")]);
  });
});
