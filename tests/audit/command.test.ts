// `berth audit` as people and scripts call it: what it shows, what it ends with.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestImage, whiteout, writeLayout } from "../support/oci-image.ts";
import { sarifErrors } from "../support/sarif.ts";

const BINARY = resolve(process.env["BERTH_BINARY"] ?? join(import.meta.dirname, "../../build/berth"));
const scratch = mkdtempSync(join(tmpdir(), "berth-audit-command-"));
const layout = join(scratch, "layout");
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const KEY = `-----BEGIN OPENSSH PRIVATE KEY-----\n${"b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n".repeat(6)}-----END OPENSSH PRIVATE KEY-----\n`;
const BASE = { entries: [{ path: "usr/bin/su", content: "\x7fELF", mode: 0o4755 }] };

const IMAGES: Readonly<Record<string, TestImage>> = {
  bad: {
    layers: [
      BASE,
      { entries: [{ path: "opt/bin/x\x1b[31m", content: "\x7fELF", mode: 0o4755 }] },
      { entries: [{ path: "root/.ssh/id_rsa", content: KEY }] },
      { entries: [whiteout("root/.ssh/id_rsa")] },
    ],
    config: { Cmd: ["/opt/bin/x"] },
    history: [
      { created_by: "/bin/sh -c #(nop) ADD file:1 in / " },
      { created_by: "RUN make install # buildkit" },
      { created_by: "COPY id_rsa /root/.ssh/ # buildkit" },
      { created_by: "RUN rm /root/.ssh/id_rsa\x1b]0;pwned\x07 # buildkit" },
    ],
  },
  secrets: {
    layers: [
      {
        entries: [
          { path: "etc/shadow", content: "root:$6$salt$hunter2hash:1::::::\n" },
          { path: "etc/pip.conf", content: "[global]\nindex-url = https://fred:hunter2index@h.example/\n" },
          { path: "usr/local/bin/entrypoint.sh", content: "#!/bin/sh\nexport DB_PASSWORD=hunter2start\nexec app\n" },
          { path: "srv/app.env", content: `API_TOKEN=glpat-${"hunter2aB3dE5gH7jK9m"}\n` },
        ],
      },
    ],
    config: {
      Env: ["DB_PASSWORD=hunter2env"],
      Labels: { token: "hunter2label" },
      Cmd: ["app", "--password=hunter2cmd"],
    },
    history: [{ created_by: "RUN |1 NPM_TOKEN=hunter2made /bin/sh -c npm --token hunter2flag # buildkit" }],
  },
  plain: { layers: [BASE, { entries: [{ path: "opt/x", content: "1" }] }], config: { User: "499", Cmd: ["/opt/x"] } },
};

beforeAll(async () => {
  await writeLayout(layout, IMAGES);
});

function berth(...args: readonly string[]) {
  const env = { ...process.env, HOME: scratch, BERTH_CACHEDIR: join(scratch, "cache"), NO_COLOR: "1" };
  return spawnSync(BINARY, ["--silent", ...args], { encoding: "utf8", env });
}

const bad = `oci:${layout}:bad`;
const plain = `oci:${layout}:plain`;

test("people are shown the image, its layers, and what was found where", () => {
  const { stdout, status } = berth("audit", bad);
  expect(status).toBe(1);
  expect(stdout).toMatch(/^1 +\S+ B +likely +ADD file:1 in \/$/m);
  expect(stdout).toMatch(/^3 +\S+ B +COPY id_rsa/m);
  expect(stdout).toContain("USR003");
  expect(stdout).toContain("/opt/bin/x");
  expect(stdout).not.toContain("/usr/bin/su");
});

test("nothing that an image says moves the cursor", () => {
  for (const format of ["tty", "gnu", "github"]) {
    const { stdout } = berth("audit", "--format", format, bad);
    expect(stdout).toContain("USR003");
    expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
  }
});

test("a secret that was deleted again is found, and not shown", () => {
  const { stdout } = berth("audit", "--format", "json", bad);
  const [thing] = JSON.parse(stdout).files;
  expect(thing.about).toMatchObject({ layers: 4, baseLayers: 1, baseKnownBy: "history", files: 2 });
  expect(stdout).not.toContain("b3BlbnNz");
});

test("no report, and nothing that is remembered of layers, says a secret", () => {
  for (const format of ["tty", "json", "sarif", "junit", "checkstyle", "github", "gitlab", "gnu"]) {
    const { stdout, stderr, status } = berth("audit", "--format", format, `oci:${layout}:secrets`);
    expect(status).toBe(1);
    expect(stdout).toContain("SEC");
    expect(stdout + stderr, format).not.toContain("hunter2");
  }
  const folder = join(scratch, "cache/audit/sha256");
  const records = readdirSync(folder).map((name) => zstdDecompressSync(readFileSync(join(folder, name))).toString());
  expect(records.join("\n")).toContain("etc/pip.conf");
  expect(records.join("\n")).not.toContain("hunter2");
});

test("a base that is named tells which files are the application's own", async () => {
  const { stdout: guessed } = berth("audit", "--only", "USR003", plain);
  expect(guessed).toContain("/usr/bin/su");
  const { about } = JSON.parse(berth("audit", "--format", "json", plain).stdout).files[0];
  expect(about.baseLayers).toBeUndefined();
  await writeLayout(layout, { ...IMAGES, base: { layers: [BASE] } });
  const { stdout } = berth("audit", "--only", "USR003", "--known-base", `oci:${layout}:base`, plain);
  expect(stdout).not.toContain("/usr/bin/su");
  expect(stdout).toMatch(/^1 +\S+ B +yes/m);
});

test.each([
  { text: "[]", says: "it is no JSON object" },
  { text: '{"x": ["sha256:1"]}', says: '"x" is not followed by a list of digests' },
  { text: undefined, says: "no such file" },
])("a file of bases that is wrong is told: $says", ({ text, says }) => {
  const path = join(scratch, "bases.json");
  rmSync(path, { force: true });
  if (text !== undefined) writeFileSync(path, text);
  const { stderr, stdout, status } = berth("audit", "--known-base", path, plain);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(says);
});

test("the threshold decides about the exit status, not about what is shown", () => {
  expect(berth("audit", "--only", "USR003", "--fail-on", "error", bad)).toMatchObject({ status: 0 });
  expect(berth("audit", "--only", "USR003", "--fail-on", "never", bad).stdout).toContain("USR003");
  expect(berth("audit", "--only", "USR003", "--min-severity", "error", bad).stdout).not.toContain("USR003");
});

test("with the configuration alone, what files would tell is not known", () => {
  const { stdout, status } = berth("audit", "--config-only", "--format", "json", "--fail-on", "never", bad);
  expect(status).toBe(0);
  const { counts, findings, about } = JSON.parse(stdout).files[0];
  expect(about.files).toBeUndefined();
  expect(counts.unknown).toBeGreaterThan(3);
  expect(findings.find(({ rule }: { readonly rule: string }) => rule === "USR003")).toMatchObject({
    certainty: "unknown",
  });
  expect(berth("audit", "--config-only", "--strict", "--fail-on", "never", bad).status).toBe(4);
});

test("one image that cannot be had does not keep the others from being checked", () => {
  const { stdout, stderr, status } = berth("audit", `oci:${layout}:nothing`, plain);
  expect(status).toBe(2);
  expect(stderr).toContain("nothing");
  expect(stdout).toContain(plain);
});

test("reports for code hosts are whole documents, in a file too", () => {
  const path = join(scratch, "report.sarif");
  expect(berth("audit", "--format", "sarif", "--output", path, bad, plain)).toMatchObject({ stdout: "", status: 1 });
  const { stdout } = berth("audit", "--format", "sarif", bad);
  expect(sarifErrors(stdout)).toEqual([]);
  expect(sarifErrors(readFileSync(path, "utf8"))).toEqual([]);
});

test("a configuration decides where the call does not", () => {
  const config = join(scratch, "policy.yaml");
  writeFileSync(config, "profile: nccs\nrules:\n  USR003: off\n");
  const told = JSON.parse(berth("audit", "--config", config, "--format", "json", bad).stdout);
  expect(told.profile).toBe("nccs");
  expect(told.files[0].findings.map(({ rule }: { readonly rule: string }) => rule)).not.toContain("USR003");
});

test.each([["--format", "xml"], ["--profile", "none"], ["--only", "XYZ999"], ["--nonsense"], []])(
  "a call that makes no sense ends in 2: %s %s",
  (...flags) => {
    const images = flags.length === 0 ? [] : [plain];
    expect(berth("audit", ...flags, ...images).status).toBe(2);
  },
);
