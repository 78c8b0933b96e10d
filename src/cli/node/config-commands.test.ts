// `berth node check-config`, `berth node migrate-config` and `berth module`, as a person calls them.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

const MAIN = join(import.meta.dirname, "../../main.ts");
const folder = mkdtempSync(join(tmpdir(), "node-commands-"));
afterAll(() => rmSync(folder, { recursive: true }));

const UDI_ROOT = [
  ...["imagePath=/no/images", "etcPath=/no/etc", "siteFs=/no/scratch:/scratch", "kmodBasePath=/x", "udiMount=/var/udi"],
  ...["module_mpich_siteFs=/opt/mpich:/opt/mpich:ro", "module_mpich_conflict=openmpi", "module_openmpi_enabled=1"],
  ...["module_old_enabled=0", "defaultModules=mpich", "perNodeCacheSizeLimit=1G", "perNodeCachePath=/tmp"],
].join("\n");
const path = file("udiRoot.conf", UDI_ROOT);

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

function berth(...words: readonly string[]): {
  readonly out: string;
  readonly said: string;
  readonly status: number | null;
} {
  const env = { PATH: process.env["PATH"], HOME: folder, BERTH_RUNTIMEDIR: join(folder, "run") };
  const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, ...words], { encoding: "utf8", env });
  return { out: stdout, said: stderr, status };
}

describe("berth node check-config", () => {
  test("shows values with their lines, differences, unused keys, and what the node does not have", () => {
    const { out, said, status } = berth("node", "check-config", "--config", path);
    expect(status).toBe(0);
    expect(out).toMatch(/^imagePath +line 1 +\/no\/images$/m);
    expect(out).toMatch(/^maxGroupCount +default +0$/m);
    expect(out).toMatch(/^perNodeCacheSizeLimit +line 11 +enforced, which Shifter does not do$/m);
    expect(out).toMatch(/^udiMount +line 5 +each set-up has a place of its own/m);
    expect(said).toContain(`WARNING: ${path}:4: IGNORING kmodBasePath`);
    expect(said).toContain("no folder /no/images: images are looked for there");
    expect(said).toContain("no /no/etc/passwd: accounts come from it");
    expect(said).toContain("no /no/scratch: siteFs shows it as /scratch");
  });

  test("answers programs as JSON", () => {
    const answer = JSON.parse(berth("node", "check-config", "--config", path, "--json").out);
    expect(answer).toMatchObject({
      config: { imagePath: "/no/images", modules: { mpich: { conflicts: ["openmpi"] } }, cache: { limit: 1024 ** 3 } },
      settings: expect.arrayContaining([{ key: "imagePath", value: "/no/images", line: 1 }]),
      warnings: expect.arrayContaining([expect.stringContaining("kmodBasePath")]),
    });
  });

  test("ends with 1 when the file cannot be used, and reads it leniently when told to", () => {
    const wrong = file("wrong.conf", `${UDI_ROOT}\nsystm=x\n`);
    const refused = berth("node", "check-config", "--config", wrong);
    expect(refused).toMatchObject({ status: 1, out: "" });
    expect(refused.said).toContain(`${wrong}:13: systm is not known; did you mean system?`);
    expect(berth("node", "check-config", "--config", wrong, "--lenient-config").status).toBe(0);
  });

  test("ends with 1 when there is no such file", () => {
    expect(berth("node", "check-config", "--config", join(folder, "gone"))).toMatchObject({ status: 1, out: "" });
  });
});

describe("berth node migrate-config", () => {
  test("prints a site.yaml that says the same", () => {
    const { out, status } = berth("node", "migrate-config", path);
    expect(status).toBe(0);
    const migrated = file("site.yaml", out);
    const [before, after] = [path, migrated].map(
      (name) => JSON.parse(berth("node", "check-config", "--config", name, "--json").out).config,
    );
    expect(after).toEqual({ ...before, path: migrated });
  });
});

describe("berth module", () => {
  test("lists modules with their use", () => {
    const { out } = berth("module", "list", "--config", path);
    expect(out.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
      ["NAME", "USE", "CONFLICTS WITH"],
      ["mpich", "by default", "openmpi"],
      ["openmpi", "on request", "mpich"],
      ["old", "switched off"],
      [""],
    ]);
    expect(JSON.parse(berth("module", "list", "--config", path, "--json").out)[0]).toMatchObject({
      ...{ name: "mpich", default: true, volumes: [{ from: "/opt/mpich", to: "/opt/mpich", readonly: true }] },
    });
  });

  test("shows one, and says which there are", () => {
    expect(berth("module", "show", "mpich", "--config", path).out).toMatch(/^siteFs +\/opt\/mpich:\/opt\/mpich:ro$/m);
    const unknown = berth("module", "show", "mpihc", "--config", path);
    expect(unknown.status).toBe(1);
    expect(unknown.said).toContain("did you mean mpich?");
  });
});
