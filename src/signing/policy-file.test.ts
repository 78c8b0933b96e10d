import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { keyId } from "./pem-key.ts";
import { parsePolicy, readPolicy } from "./policy-file.ts";
import { plainPair } from "./testing.ts";

const PRINT = "0123456789abcdef0123456789abcdef01234567";

describe("a policy file", () => {
  const folder = mkdtempSync(join(tmpdir(), "berth-policy-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  test("names rules, their signers and what happens else", async () => {
    const { pub } = plainPair();
    const path = join(folder, "key.pem");
    writeFileSync(path, pub.export({ type: "spki", format: "pem" }));
    const text = [
      "default: warn",
      "rules:",
      "  - path: /apps",
      `    signers: ["${PRINT}"]`,
      "  - repository: host/project",
      "    mode: warn",
      "    need: all",
      `    signers: [${path}]`,
    ].join("\n");
    expect(await parsePolicy(text, "policy")).toEqual({
      file: "policy",
      fallback: { mode: "warn", signers: [], need: "any" },
      rules: [
        {
          on: "path",
          prefix: "/apps",
          mode: "enforce",
          need: "any",
          signers: [{ kind: "pgp", id: PRINT.toUpperCase() }],
        },
        {
          on: "repository",
          prefix: "host/project",
          mode: "warn",
          need: "all",
          signers: [{ kind: "key", id: keyId(pub), path }],
        },
      ],
    });
  });

  test("may be empty", async () => {
    expect(await parsePolicy("", "policy")).toMatchObject({ rules: [], fallback: { mode: "off" } });
  });

  test.each([
    ["a word that it does not know", "defualt: enforce", /unknown word "defualt"/],
    ["a rule about nothing", "rules: [{ mode: warn }]", /needs a path or a repository/],
    ["a rule about two things", "rules: [{ path: /a, repository: b }]", /needs a path or a repository/],
    ["a relative path", "rules: [{ path: apps }]", /does not begin with/],
    ["an unknown mode", "rules: [{ path: /a, mode: strict }]", /none of enforce/],
    ["an unknown need", "rules: [{ path: /a, need: most }]", /neither any nor all/],
    ["a short key id", 'rules: [{ path: /a, signers: ["89abcdef"] }]', /neither a fingerprint/],
    ["a number for a fingerprint", "rules: [{ path: /a, signers: [12] }]", /write quotes/],
    ["a key file that is not there", "rules: [{ path: /a, signers: [/nowhere.pem] }]", /does not exist/],
    ["no YAML", "rules: [", /./],
    ["a list for a mapping", "rules: { a: b }", /no list/],
    ["a list for the whole file", "- path: /apps", /no mapping/],
    ["a text for the whole file", "enforce", /no mapping/],
    ["a repository without a name", 'rules: [{ repository: "" }]', /without a scheme/],
    ["a repository with a scheme", "rules: [{ repository: docker://host/a }]", /without a scheme/],
  ])("is refused with %s", async (_, text, why) => {
    const path = join(folder, "policy.yaml");
    writeFileSync(path, text);
    await expect(readPolicy(path)).rejects.toMatchObject({
      code: "E_POLICY_FILE",
      message: expect.stringMatching(why),
    });
  });

  test("is refused when it cannot be read", async () => {
    await expect(readPolicy(folder)).rejects.toMatchObject({ code: "E_POLICY_FILE" });
  });
});
