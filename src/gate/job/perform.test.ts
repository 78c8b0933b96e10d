// Judging takes into account what every scan of the site does: waivers, documents of makers, other engines.

import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { catalogueOf, FIXTURES, fixtureStore, NOW, packageOf } from "../../advisories/testing.ts";
import { GENERIC } from "../../policy/profiles/generic.ts";
import { canonicalText } from "../canonical.ts";
import { findDossier, keepDossier } from "../dossier-file.ts";
import type { JudgeJob } from "./judge-job.ts";
import { performJudging } from "./perform.ts";

const DIGEST = `sha256:${"b".repeat(64)}`;
const QUIET = { info: () => undefined, warn: () => undefined, debug: () => undefined };
const SETTINGS = { engines: [], engineData: undefined, vex: [], waivers: [], possible: false };

let dir: string;
let root: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-judging-"));
  root = join(dir, "store");
  await fixtureStore(root);
  const catalogue = catalogueOf(undefined, [packageOf("pypi", "requests", "2.30.0")]);
  const unread = { config: undefined, history: [], layers: undefined, files: undefined, definition: null };
  const image = { ...unread, name: "a", digest: DIGEST, catalogue };
  await keepDossier(join(dir, "dossiers"), { image, scan: undefined });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(dir, { recursive: true, force: true });
});

type Scan = NonNullable<NonNullable<JudgeJob["advisories"]>["scan"]>;

async function flawsBy(settings: Partial<Scan>) {
  const dossiers = join(dir, "dossiers");
  const job = {
    ...{ digest: DIGEST, name: "a", dossiers, policy: canonicalText(GENERIC), image: undefined, version: "1" },
    advisories: { root, keys: [], scan: { ...SETTINGS, ...settings } },
  };
  const tools = { log: QUIET, signal: AbortSignal.timeout(60_000), now: () => NOW.getTime() };
  const answer = await performJudging(job, tools);
  const dossier = await findDossier(dossiers, DIGEST);
  return { answer, flaws: dossier?.scan?.flaws ?? [] };
}

test("a waiver of the site covers a flaw in the verdict, at the next judging", async () => {
  expect((await flawsBy({})).flaws.map(({ id, suppressed }) => [id, suppressed])).toEqual([
    ["CVE-2023-32681", undefined],
  ]);
  await mkdir(join(dir, "waivers"));
  const waiver = "{id: CVE-2023-32681, owner: alice, reason: no proxies, until: 2999-01-01}";
  await writeFile(join(dir, "waivers/a.yaml"), `waivers: [${waiver}]\n`);
  const { flaws } = await flawsBy({ waivers: [join(dir, "waivers")] });
  expect(flaws[0]?.suppressed).toMatchObject({ by: "waiver", owner: "alice" });
});

test("a file that cannot be read stops the judging: no image passes by a mistake in a list", async () => {
  await expect(flawsBy({ waivers: [join(dir, "none.yaml")] })).rejects.toMatchObject({ code: "E_WAIVER_FORM" });
});

test("other engines see the bill of materials and their own databases, and the verdict names those that looked", async () => {
  const folder = join(dir, "bin");
  await mkdir(folder);
  const script = (name: string, body: string) =>
    writeFile(join(folder, name), `#!/bin/sh\ncase "$*" in *ersion) echo 9.8.7; exit 0;; esac\n${body}\n`);
  const answer = join(FIXTURES, "engines/trivy.json");
  await script("trivy", `[ "$TRIVY_CACHE_DIR" = "${join(dir, "data/trivy")}" ] && cat ${answer}`);
  await script("grype", "exit 1");
  for (const name of ["trivy", "grype"]) await chmod(join(folder, name), 0o755);
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"]}`);
  const { answer: said } = await flawsBy({ engines: ["trivy", "grype"], engineData: join(dir, "data") });
  expect(said.kind === "verdict" && said.verdict.engines.map(({ name }) => name)).toEqual(["berth", "trivy"]);
});
