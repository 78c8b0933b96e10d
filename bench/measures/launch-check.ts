// What a launch pays for asking whether its image may run: place, signed verdict, age. Nothing but reading the file beside costs it.

import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileMark } from "../../src/gate/file-mark.ts";
import { checkLaunch } from "../../src/gate/launch-check.ts";
import { writeStatement } from "../../src/gate/statement.ts";
import type { Verdict } from "../../src/gate/types.ts";
import { keepVerdictFile } from "../../src/gate/verdict-files.ts";
import { median, type Result } from "../table.ts";

const NOW = 1_790_000_000;
const FINDINGS = 200;
const LAUNCHES = 1000;

/** Milliseconds, in one process that does it again and again, and for the first time. */
export async function launchCheck({ work }: { readonly work: string }, rounds: number): Promise<Result> {
  const folder = join(work, "images");
  mkdirSync(folder);
  const image = join(folder, "a.sif");
  writeFileSync(image, Buffer.alloc(20_000, 1));
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const key = join(work, "site.pub");
  writeFileSync(key, publicKey.export({ type: "spki", format: "pem" }));
  const finding = {
    rule: "SEC002",
    severity: "info",
    message: "m".repeat(80),
    hint: "h",
    certainty: "certain",
  } as const;
  const verdict: Verdict = {
    ...{ schema: 1, digest: `sha256:${"a".repeat(64)}`, name: "x", result: "accepted", judgedAt: NOW },
    ...{ policy: { profile: "nccs", hash: "h" }, advisories: undefined, engines: [], signatures: [] },
    findings: Array.from({ length: FINDINGS }, () => ({ ...finding, waived: undefined })),
    counts: { error: 0, warning: 0, info: FINDINGS, style: 0, unknown: 0, waived: 0 },
    ...{ createdAt: NOW, file: await fileMark(image) },
  };
  await keepVerdictFile(image, writeStatement(verdict, privateKey));
  const folders = [{ path: folder, owners: undefined, groups: undefined }];
  const policy = { path: "p", folders, verdicts: "enforce", maxAge: 1000, keys: [key] } as const;
  const times: number[] = [];
  for (let launch = 0; launch < rounds * LAUNCHES; launch++) {
    const begun = performance.now();
    await checkLaunch(image, { policy, now: NOW, log: { warn: () => {} } });
    times.push(performance.now() - begun);
  }
  return {
    title: `Asking whether an image may run, its verdict having ${FINDINGS} findings`,
    columns: ["median [ms]", "first [ms]"],
    rows: [{ name: "folders, verdict, age", figures: [median(times), times[0] ?? Number.NaN] }],
    notes: [],
  };
}
