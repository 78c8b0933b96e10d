import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { partialName, removeAbandoned } from "./publish.ts";

const folder = mkdtempSync(join(tmpdir(), "berth-publish-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("what a killed process left beside its target", () => {
  test("goes with the next one; what lives, belongs to another file or to another machine stays", async () => {
    const target = join(folder, "image.sif");
    const { pid } = spawnSync("true");
    const mine = partialName(target);
    const dead = mine.replace(`-${process.pid}-`, `-${pid}-`);
    const elsewhere = dead.replace(/-[0-9a-f]{8}-(\d+-)/, "-00000000-$1");
    const other = partialName(join(folder, "image.sif-other")).replace(`-${process.pid}-`, `-${pid}-`);
    for (const path of [target, mine, dead, elsewhere, other]) writeFileSync(path, "");
    await removeAbandoned(target);
    expect(readdirSync(folder).sort()).toEqual([mine, elsewhere, other, target].map((path) => basename(path)).sort());
  });
});
