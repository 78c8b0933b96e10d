// Configurations: where they are found, how they are laid over each other, and what is told of mistakes.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { currentUser } from "../../platform/user.ts";
import { PRACTICES } from "../../policy/practices/practices.ts";
import { explainConfig } from "./explain-config.ts";
import { fitsFile } from "./file-glob.ts";
import { LINT_SCHEMA } from "./lint-schema.ts";
import { exclusionOf, openRulings, type RulingWishes } from "./rulings.ts";

let work: string;
let count = 0;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "berth-config-"));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

function tree(files: Readonly<Record<string, string>>): string {
  const root = join(work, String(count++));
  mkdirSync(join(root, ".git"), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, name, ".."), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

function rulings(root: string, wishes: Partial<RulingWishes> = {}, site = "none.yaml") {
  const env = { HOME: root, BERTH_SITE_CONFIG: join(root, "none"), BERTH_SITE_POLICY: join(root, site) };
  return openRulings(PRACTICES, {
    env,
    user: currentUser(),
    profile: undefined,
    config: undefined,
    none: false,
    ...wishes,
  });
}

const rulingAt = (root: string, file = "Dockerfile", wishes: Partial<RulingWishes> = {}, site?: string) =>
  rulings(root, wishes, site).rulingOf(join(root, file));

describe("a project's file", () => {
  test("is found upward, and changes weights, tables and settings", async () => {
    const root = tree({
      ".berth-policy.yaml":
        "profile: nccs\nrules: { TOO004: off, TOO001: { severity: info } }\nbindDirs: [/data]\nfailOn: error\nthresholds: { image: 1G, imageAge: 2d }\napprovedSystems: { fedora: ['43'], alpine: false }\nlabels: { maintainer: email }\n",
      "a/b/x": "",
    });
    const { policy, settings } = await rulingAt(root, "a/b/Dockerfile");
    expect(policy.profile).toBe("nccs");
    expect([policy.severities.get("TOO004"), policy.severities.get("TOO001")]).toEqual(["off", "info"]);
    expect(policy.practices.bindDirectories).toEqual(["/data"]);
    expect(policy.practices.limits).toMatchObject({ imageBytes: 1024 ** 3, imageAge: 172_800, manyLayers: 40 });
    expect([...policy.practices.approvedSystems.keys()]).toEqual(expect.arrayContaining(["fedora", "debian"]));
    expect(policy.practices.approvedSystems.has("alpine")).toBe(false);
    expect(policy.practices.labels).toContainEqual({ name: "maintainer", type: "email", required: false });
    expect(settings).toEqual({ failOn: "error" });
  });

  test("is not looked for above the top of a repository", async () => {
    const root = tree({ ".berth-policy.yaml": "profile: spin\n", "inner/.git/HEAD": "" });
    expect((await rulingAt(root, "inner/Dockerfile")).policy.profile).toBe("generic");
  });

  test("gives other values to some files", async () => {
    const root = tree({
      ".policy.yaml": "overrides:\n  - files: [legacy/]\n    rules: { TOO004: off }\n    bindDirs: [/old]\n",
    });
    const open = rulings(root);
    const [old, fresh] = await Promise.all([
      open.rulingOf(join(root, "legacy/a/Dockerfile")),
      open.rulingOf(join(root, "Dockerfile")),
    ]);
    expect(old.policy.severities.get("TOO004")).toBe("off");
    expect(old.policy.practices.bindDirectories).toEqual(["/old"]);
    expect(fresh.policy.severities.has("TOO004")).toBe(false);
  });

  test("extends profiles and files, which it wins over", async () => {
    const root = tree({
      ".berth-policy.yaml": "extends: [nccs, ./base.yaml]\nrules: { TOO004: info }\n",
      "base.yaml": "rules: { TOO004: off, TOO001: style }\n",
    });
    const { policy } = await rulingAt(root);
    expect([policy.profile, policy.severities.get("TOO004"), policy.severities.get("TOO001")]).toEqual([
      "nccs",
      "info",
      "style",
    ]);
  });

  test.each([
    ["extends: [./.berth-policy.yaml]", "extends this file again"],
    ["extends: [ncsc]", "there is no profile ncsc"],
    ["rules: { TOO04: off }", "did you mean TOO004?"],
    ["rules: { DL3004: off }", "it is TOO001, TOO004 here"],
    ["rules: { TOO004: fatal }", "must be"],
    ["rule: {}", "did you mean rules?"],
    ["waivers: [{ rule: TOO004, subject: '*', owner: w, reason: r }]", "until is missing"],
    ["waivers: [{ rule: TOO004, subject: '*', owner: w, reason: r, until: 2027-02-30 }]", "is no day"],
    ["tagPattern: '('", "is no regular expression"],
    ["openPorts: [9-3]", "is no port or range"],
    ["rules: [", ""],
  ])("with the mistake %s is told with its line", async (text, says) => {
    const root = tree({ ".berth-policy.yaml": `${text}\n` });
    const error = await rulingAt(root).catch((one: Error) => one);
    expect(error).toMatchObject({ code: "E_LINT_CONFIG", exit: 2 });
    expect((error as Error).message).toMatch(/\.berth-policy\.yaml:\d+:\d+: /);
    expect((error as Error).message).toContain(says);
  });

  test.each(["extends", "custom"])("that names a file elsewhere by %s does not make it known", async (key) => {
    const root = tree({ "a/.berth-policy.yaml": `${key}: [../secret.yaml]\n`, "secret.yaml": "password: hunter2\n" });
    const error = (await rulingAt(root, "a/Dockerfile").catch((one: Error) => one)) as Error;
    expect(error.message).toContain("secret.yaml is no policy");
    expect(error.message).not.toMatch(/password|hunter2/);
  });

  test("passes over files in searches", async () => {
    const root = tree({ ".berth-policy.yaml": "exclude: [third_party/**, '*.old']\n" });
    const excluded = exclusionOf(await rulingAt(root));
    expect(["third_party/a", "x/Dockerfile.old", "src/a"].map((name) => excluded(join(root, name)))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe("layers", () => {
  test("are laid over each other: site, user, peers, project, command line", async () => {
    const root = tree({
      "site.yaml": "profile: nccs\nrules: { TOO001: style, TOO004: style, STR008: error, PKG010: style }\n",
      ".config/berth/policy.yaml": "rules: { TOO001: info, TOO004: info, STR008: error }\n",
      ".hadolint.yaml": "ignored: [DL3003]\n",
      ".berth-policy.yaml": "rules: { TOO004: error }\n",
    });
    const { policy } = await rulingAt(root, "Dockerfile", { profile: "spin" }, "site.yaml");
    expect(policy.profile).toBe("spin");
    expect(["PKG010", "TOO001", "STR008", "TOO004"].map((id) => policy.severities.get(id))).toEqual([
      "style",
      "info",
      "off",
      "error",
    ]);
    const alone = await rulingAt(root, "Dockerfile", { none: true }, "site.yaml");
    expect(alone.policy.severities.get("TOO004")).toBe("style");
  });

  test("below one that is final may only make rules heavier", async () => {
    const root = tree({
      "site.yaml": "profile: nccs\nfinal: true\nrules: { TOO001: warning }\n",
      ".berth-policy.yaml":
        "profile: generic\nrules: { TOO001: off, TOO004: info, PKG010: error }\nbindDirs: []\nfailOn: never\n",
    });
    const { policy, remarks, settings } = await rulingAt(root, "Dockerfile", {}, "site.yaml");
    expect([policy.profile, policy.severities.get("TOO001"), policy.severities.get("PKG010")]).toEqual([
      "nccs",
      "warning",
      "error",
    ]);
    expect(policy.severities.has("TOO004")).toBe(false);
    expect(policy.practices.bindDirectories).not.toEqual([]);
    expect(settings.failOn).toBeUndefined();
    expect(remarks.join("\n")).toMatch(/TOO001[\s\S]*TOO004|bindDirs/);
    await expect(rulingAt(root, "Dockerfile", { profile: "spin" }, "site.yaml")).rejects.toMatchObject({
      code: "E_LINT_FINAL",
    });
  });

  test("of the site may be the policy part of site.yaml", async () => {
    const root = tree({
      "site.yaml":
        "services:\n  policy:\n    profile: nccs\n    severities: { TOO004: info }\n    practices: { golden: ['site/*'] }\n",
    });
    const env = { HOME: root, BERTH_SITE_CONFIG: join(root, "site.yaml"), BERTH_SITE_POLICY: join(root, "none") };
    const wishes = { env, user: currentUser(), profile: undefined, config: undefined, none: false };
    const { policy } = await openRulings(PRACTICES, wishes).rulingOf(join(root, "Dockerfile"));
    expect([policy.profile, policy.severities.get("TOO004"), policy.practices.golden]).toEqual([
      "nccs",
      "info",
      ["site/*"],
    ]);
  });

  test("are explained value by value", async () => {
    const root = tree({ ".berth-policy.yaml": "profile: nccs\nrules:\n  TOO004: off\nbindDirs: [/x]\n" });
    const text = explainConfig(await rulingAt(root));
    expect(text).toMatch(/^profile: nccs +# .*\.berth-policy\.yaml:1$/m);
    expect(text).toMatch(/^ {2}TOO004: off +# .*\.berth-policy\.yaml:3$/m);
    expect(text).toMatch(/^bindDirs: \["\/x"\] +# .*:4$/m);
    expect(text).toMatch(/^signed: false +# profile nccs$/m);
  });
});

describe("files of peers", () => {
  test("of hadolint give weights, registries, labels and the threshold", async () => {
    const root = tree({
      ".hadolint.yaml":
        "ignored: [DL3004, DL9999]\noverride: { error: [DL3003] }\ntrustedRegistries: [docker.io]\nlabel-schema: { maintainer: email }\nfailure-threshold: error\n",
    });
    const { policy, settings, remarks } = await rulingAt(root);
    expect([policy.severities.get("TOO004"), policy.severities.get("STR008")]).toEqual(["off", "error"]);
    expect(policy.practices.registries).toEqual(["docker.io"]);
    expect(policy.practices.labels).toContainEqual({ name: "maintainer", type: "email", required: true });
    expect(settings.failOn).toBe("error");
    expect(remarks).toEqual([expect.stringContaining("DL9999 has no like here")]);
  });

  test("of trivy and dockle give rules that are off; flaws of packages are left to scans", async () => {
    const root = tree({
      ".trivyignore": "# why\nAVD-DS-0010\nCVE-2024-1\nDS-0013 exp:2020-01-01\n",
      ".dockleignore": "CIS-DI-0009\n",
    });
    const { policy, remarks } = await rulingAt(root);
    expect([policy.severities.get("TOO004"), policy.severities.get("STR008")]).toEqual(["off", undefined]);
    expect(remarks).toEqual([]);
  });
});

test.each([
  ["*.def", "a/b.def", true],
  ["a/*.def", "a/b.def", true],
  ["a/*.def", "a/c/b.def", false],
  ["a/**", "a/c/b.def", true],
  ["**/b.def", "b.def", true],
  ["a/", "a/x/y", true],
  ["./a?c", "abc", true],
  ["*a*b*c", "xaybzc", true],
  ["*a*b*c", "xaybz", false],
  [`${"**/".repeat(20)}x`, `${"a/".repeat(40)}y`, false],
])("the pattern %s and %s: %s", (pattern, path, fits) => {
  expect(fitsFile(pattern, path)).toBe(fits);
});

test("docs/policy.schema.json is the schema that policies are checked with", async () => {
  const published = { $schema: "https://json-schema.org/draft/2020-12/schema", ...LINT_SCHEMA };
  await expect(`${JSON.stringify(published, null, 2)}\n`).toMatchFileSnapshot(
    join(import.meta.dirname, "../../../docs/policy.schema.json"),
  );
});
