// Verdicts: made from a dossier, signed, kept, read back; and everything that must not pass for one.

import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AuditedImage } from "../audit/types.ts";
import { GENERIC } from "../policy/profiles/generic.ts";
import { NCCS } from "../policy/profiles/nccs.ts";
import { dossierPath, findDossier, keepDossier, keptDossiers } from "./dossier-file.ts";
import { judge } from "./judge.ts";
import { policyHash } from "./policy-hash.ts";
import { verdictOf } from "./read-verdict.ts";
import { readStatement, writeStatement } from "./statement.ts";
import type { Dossier } from "./types.ts";
import { keepVerdictFile, verdictBeside } from "./verdict-files.ts";
import { spoken, verdictLines } from "./verdict-text.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const NOW = 1_790_000_000;
const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const other = generateKeyPairSync("ed25519");

const IMAGE: AuditedImage = {
  name: "team/tool:1.0",
  digest: DIGEST,
  config: {
    ...{ created: "2026-01-01T00:00:00Z", os: "linux", architecture: "amd64", user: "499", env: ["PATH=/usr/bin"] },
    ...{ entrypoint: [], command: ["/usr/bin/tool"], workingDirectory: "/", labels: {}, exposed: [], volumes: [] },
    ...{ healthCheck: undefined, stopSignal: undefined, onBuild: [] },
  },
  history: [],
  layers: [],
  files: { entries: [], hidden: [], texts: new Map([["etc/passwd", "root:x:0:0::/:/bin/sh\n"]]), secrets: [] },
  catalogue: { distribution: undefined, packages: [], gaps: [] },
  definition: null,
};
const DOSSIER: Dossier = { image: IMAGE, scan: undefined };
const OPTIONS = { policy: GENERIC, now: NOW, version: "1" };

const secret = (): Dossier => {
  const files = { ...IMAGE.files, entries: [], hidden: [], texts: new Map<string, string>() };
  const trace = { kind: "private key", path: "root/.ssh/id_rsa", layer: 0, removedBy: undefined, line: undefined };
  return { ...DOSSIER, image: { ...IMAGE, files: { ...files, secrets: [{ ...trace, certainty: "certain" }] } } };
};

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-gate-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe("a verdict", () => {
  test("is the same for the same dossier, and says by which rules it was made", () => {
    const verdict = judge(DOSSIER, OPTIONS);
    expect(verdict).toEqual(judge(DOSSIER, OPTIONS));
    expect(verdict).toMatchObject({ digest: DIGEST, judgedAt: NOW, advisories: undefined, createdAt: 1_767_225_600 });
    expect(verdict.policy).toEqual({ profile: "generic", hash: policyHash(GENERIC) });
  });

  test("refuses for what is an error, and puts it first", () => {
    const verdict = judge(secret(), OPTIONS);
    expect(verdict.result).toBe("refused");
    expect(verdict.findings[0]).toMatchObject({ severity: "error" });
    expect(verdict.counts.error).toBeGreaterThan(0);
  });

  test("counts what is waived apart, and does not refuse for it", () => {
    const rule = judge(secret(), OPTIONS).findings.filter(({ severity }) => severity === "error");
    const waivers = rule.map(({ rule: id }) => ({
      rule: id,
      subject: DIGEST,
      by: "wilma",
      reason: "a test key",
      until: null,
    }));
    const policy = { ...GENERIC, practices: { ...GENERIC.practices, waivers } };
    const verdict = judge(secret(), { ...OPTIONS, policy });
    expect(verdict.result).not.toBe("refused");
    expect(verdict.counts.waived).toBe(rule.length);
    expect(verdictLines(spoken(verdict)).join("\n")).toContain("(wilma: a test key)");
  });

  test("has another hash when any table is another", () => {
    expect(policyHash(GENERIC)).not.toBe(policyHash(NCCS));
    const severities = new Map([...GENERIC.severities, ["SEC001", "off"] as const]);
    expect(policyHash({ ...GENERIC, severities })).not.toBe(policyHash(GENERIC));
    expect(policyHash({ ...GENERIC, severities: new Map([...GENERIC.severities].reverse()) })).toBe(
      policyHash(GENERIC),
    );
  });
});

describe("a statement", () => {
  const expected = { place: "v", keys: [publicKey] };
  const verdict = judge(secret(), OPTIONS);
  const signed = Buffer.from(writeStatement(verdict, privateKey));

  test("is read back, and believed by the site's key only", () => {
    expect(readStatement(signed, { ...expected, digest: DIGEST })).toEqual(JSON.parse(JSON.stringify(verdict)));
    const keys = [other.publicKey];
    expect(() => readStatement(signed, { place: "v", keys })).toThrow("is not signed by the site");
    expect(() => readStatement(Buffer.from(writeStatement(verdict, undefined)), expected)).toThrow("not signed");
  });

  test("about another image is refused", () => {
    expect(() => readStatement(signed, { ...expected, digest: `sha256:${"b".repeat(64)}` })).toThrow(
      "is about sha256:aaa",
    );
  });

  test("that was changed anywhere is refused", () => {
    const text = signed.toString();
    for (let at = 0; at < text.length; at += 97) {
      const changed = Buffer.from(text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1));
      if (changed.equals(signed)) continue;
      let read: unknown;
      try {
        read = readStatement(changed, expected);
      } catch (error) {
        expect(error).toMatchObject({ name: "BerthError" });
        continue;
      }
      // A key id or an unused bit of base64 is nobody's word.
      expect(read).toEqual(JSON.parse(JSON.stringify(verdict)));
    }
  });

  test.each([
    ["nothing", ""],
    ["no JSON", "{"],
    ["another document", '{"payloadType":"x","payload":"e30=","signatures":[]}'],
    [
      "another statement",
      JSON.stringify({ payloadType: "application/vnd.in-toto+json", payload: "e30=", signatures: [] }),
    ],
  ])("that is %s is none", (_what, text) => {
    expect(() => readStatement(Buffer.from(text), { place: "v", keys: [] })).toThrow("cannot be used");
  });

  test("of a newer form is none", () => {
    expect(verdictOf({ ...verdict, schema: 2 })).toBeUndefined();
    expect(verdictOf({ ...verdict, result: "fine" })).toBeUndefined();
    expect(verdictOf({ ...verdict, counts: {} })).toBeUndefined();
  });
});

describe("files", () => {
  test("beside an image are found, whole or not at all", async () => {
    const image = join(dir, "a.sif");
    expect(await verdictBeside(image, { keys: [publicKey] })).toBeUndefined();
    const path = await keepVerdictFile(image, writeStatement(judge(DOSSIER, OPTIONS), privateKey));
    expect(path).toBe(`${image}.verdict.json`);
    expect(await verdictBeside(image, { keys: [publicKey] })).toMatchObject({ digest: DIGEST });
    await writeFile(path, (await readFile(path)).subarray(0, 100));
    await expect(verdictBeside(image, { keys: [publicKey] })).rejects.toThrow("cannot be used");
  });

  test("of the gateway are found by the image's name", async () => {
    const image = join(dir, `${"c".repeat(64)}.squashfs`);
    await writeFile(join(dir, `${"c".repeat(64)}.verdict`), writeStatement(judge(DOSSIER, OPTIONS), privateKey));
    expect(await verdictBeside(image, { keys: [publicKey] })).toMatchObject({ digest: DIGEST });
  });

  test("that are no files are refused without waiting", async () => {
    await symlink("/dev/zero", join(dir, "b.sif.verdict.json"));
    await expect(verdictBeside(join(dir, "b.sif"), { keys: [] })).rejects.toThrow("no file of a usual size");
  });

  test("cannot be kept where there is no folder", async () => {
    await expect(keepVerdictFile("/proc/none/a.sif", "x")).rejects.toMatchObject({ code: "E_VERDICT_WRITE" });
  });

  test("of dossiers give the dossier back, and nothing when they are damaged", async () => {
    await keepDossier(dir, DOSSIER);
    expect(await findDossier(dir, DIGEST)).toEqual(JSON.parse(JSON.stringify(DOSSIER), reviveTexts));
    expect(await keptDossiers(dir)).toEqual([DIGEST]);
    expect(judge((await findDossier(dir, DIGEST)) ?? DOSSIER, OPTIONS)).toEqual(judge(DOSSIER, OPTIONS));
    const path = dossierPath(dir, DIGEST) ?? "";
    const bytes = await readFile(path);
    await writeFile(path, bytes.fill(0, 40, 60));
    expect(await findDossier(dir, DIGEST)).toBeUndefined();
    expect(dossierPath(dir, "sha256:../../x")).toBeUndefined();
  });
});

function reviveTexts(key: string, value: unknown): unknown {
  return key === "texts" ? IMAGE.files?.texts : value;
}
