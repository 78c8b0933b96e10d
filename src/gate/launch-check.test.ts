// What a machine lets run: by place, by owner, by verdict, by age.

import { generateKeyPairSync } from "node:crypto";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fileMark } from "./file-mark.ts";
import { checkLaunch } from "./launch-check.ts";
import { type LaunchPolicy, readLaunchPolicy } from "./launch-policy.ts";
import { writeStatement } from "./statement.ts";
import type { Verdict } from "./types.ts";
import { keepVerdictFile } from "./verdict-files.ts";

const NOW = 1_790_000_000;
const DAY = 86_400;
const { publicKey, privateKey } = generateKeyPairSync("ed25519");
let dir: string;
let image: string;
let base: LaunchPolicy;
const said: string[] = [];
const check = (path: string, policy: Partial<LaunchPolicy>) =>
  checkLaunch(path, { policy: { ...base, ...policy }, now: NOW, log: { warn: (text) => void said.push(text) } });

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-launch-"));
  await mkdir(join(dir, "images"));
  image = join(dir, "images", "a.sif");
  await writeFile(image, Buffer.alloc(20_000, 1));
  const key = join(dir, "k.pub");
  await writeFile(key, publicKey.export({ type: "spki", format: "pem" }));
  base = { path: "p", folders: [], verdicts: "enforce", maxAge: undefined, keys: [key] };
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function judged(change: Partial<Verdict> = {}, key = privateKey): Promise<void> {
  const verdict: Verdict = {
    ...{ schema: 1, digest: `sha256:${"a".repeat(64)}`, name: "x", result: "accepted", judgedAt: NOW },
    ...{ policy: { profile: "nccs", hash: "h" }, advisories: undefined, engines: [], signatures: [] },
    findings: [
      {
        rule: "SEC002",
        severity: "error",
        message: "a key",
        hint: "take it out",
        certainty: "certain",
        waived: undefined,
      },
    ],
    counts: { error: 2, warning: 0, info: 0, style: 0, unknown: 0, waived: 0 },
    ...{ createdAt: NOW - 10 * DAY, file: await fileMark(image) },
    ...change,
  };
  await keepVerdictFile(image, writeStatement(verdict, key));
}

describe("a place", () => {
  const verdicts = "ignore" as const;
  test("is allowed below the folders only, after all links", async () => {
    const folders = [{ path: join(dir, "images"), owners: undefined, groups: undefined }];
    await check(image, { verdicts, folders });
    await writeFile(join(dir, "b.sif"), "x");
    await symlink(join(dir, "b.sif"), join(dir, "images", "link.sif"));
    await expect(check(join(dir, "images", "link.sif"), { verdicts, folders })).rejects.toThrow(
      "may not run from here",
    );
    await expect(check(`${dir}/images/../b.sif`, { verdicts, folders })).rejects.toThrow("may not run from here");
    await mkdir(join(dir, "images2"));
    await writeFile(join(dir, "images2", "c.sif"), "x");
    await expect(check(join(dir, "images2", "c.sif"), { verdicts, folders })).rejects.toThrow("may not run from here");
  });

  test("may ask for an owner", async () => {
    const at = (owners: readonly string[]) => [{ path: dir, owners, groups: undefined }];
    await check(image, { verdicts, folders: at([String(process.getuid?.())]) });
    await expect(check(image, { verdicts, folders: at(["12345"]) })).rejects.toThrow("may belong to 12345 only");
  });
});

describe("a verdict", () => {
  test("is demanded, signed, about this very file, and not a refusal", async () => {
    await expect(check(image, {})).rejects.toThrow("nobody has judged it");
    await judged();
    await check(image, {});
    await judged({ result: "refused" });
    await expect(check(image, {})).rejects.toThrow("the site's rules refuse it: SEC002 a key, and 1 more errors");
    await judged({ result: "refused", release: { by: "wilma", reason: "known", at: 1 } });
    await check(image, {});
    await judged({}, generateKeyPairSync("ed25519").privateKey);
    await expect(check(image, {})).rejects.toThrow("is not signed by the site");
    await judged({ file: { bytes: 1, ends: "" } });
    await expect(check(image, {})).rejects.toThrow("about another file");
    await judged({ file: undefined });
    await expect(check(image, {})).rejects.toThrow("about another file");
  });

  test.each([
    ["RSA", generateKeyPairSync("rsa", { modulusLength: 2048 })],
    ["ECDSA", generateKeyPairSync("ec", { namedCurve: "P-256" })],
    ["Ed25519", generateKeyPairSync("ed25519")],
  ])("is believed by a second key of the site, of the kind %s, and by no other", async (kind, pair) => {
    const second = join(dir, `${kind}.pub`);
    await writeFile(second, pair.publicKey.export({ type: "spki", format: "pem" }));
    await judged({}, pair.privateKey);
    await expect(check(image, {})).rejects.toThrow("is not signed by the site");
    await check(image, { keys: [...base.keys, second] });
    await judged();
    await expect(check(image, { keys: [second] })).rejects.toThrow("is not signed by the site");
  });

  test("is not believed by a file that holds no public key", async () => {
    const secret = join(dir, "secret.pem");
    await writeFile(secret, privateKey.export({ type: "pkcs8", format: "pem" }));
    await judged();
    await expect(check(image, { keys: [secret] })).rejects.toThrow("there is no public key in it");
  });

  test("only warns where the machine says so", async () => {
    await judged({ result: "refused" });
    await check(image, { verdicts: "warn" });
    expect(said.at(-1)).toContain("refuse it: SEC002 a key, and 1 more errors; take it out");
  });

  test("may be too old", async () => {
    await judged();
    await check(image, { maxAge: 11 * DAY });
    await expect(check(image, { maxAge: 9 * DAY })).rejects.toThrow(
      "it was built 10 days ago, and images may be 9 days old",
    );
  });

  test("of the gateway is known by the image's name", async () => {
    const published = join(dir, "images", `${"a".repeat(64)}.squashfs`);
    await writeFile(published, "x");
    await judged({ file: undefined });
    const { copyFile } = await import("node:fs/promises");
    await copyFile(`${image}.verdict.json`, join(dir, "images", `${"a".repeat(64)}.verdict`));
    await check(published, {});
    const other = join(dir, "images", `${"b".repeat(64)}.squashfs`);
    await writeFile(other, "x");
    await copyFile(`${image}.verdict.json`, join(dir, "images", `${"b".repeat(64)}.verdict`));
    await expect(check(other, {})).rejects.toThrow("about another file");
  });
});

describe("a policy file", () => {
  test.each([
    ["[]", "no JSON object"],
    ['{"folder": []}', "folder is not known here"],
    ['{"verdicts": "yes"}', "verdicts is one of"],
    ['{"folders": ["images"]}', "each of folders is a path"],
    ['{"maxAge": "soon"}', "a time such as 30d"],
    ['{"keys": ["k.pub"]}', "keys is a list of paths"],
  ])("%s stops the launch", async (text, why) => {
    const path = join(dir, "policy.json");
    await writeFile(path, text);
    expect(() => readLaunchPolicy(path)).toThrow(why);
  });

  test("is read with its units", async () => {
    const path = join(dir, "policy.json");
    await writeFile(
      path,
      '{"folders": ["/images", {"path": "/s", "owners": ["root", 0]}], "verdicts": "warn", "maxAge": "2w"}',
    );
    expect(readLaunchPolicy(path)).toMatchObject({
      verdicts: "warn",
      maxAge: 14 * DAY,
      folders: [{ path: "/images" }, { owners: ["root", "0"] }],
    });
  });
});
