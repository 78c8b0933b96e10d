import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readJudgements } from "./read-judgements.ts";

let dir: string;
const at = (name: string) => join(dir, name);
const vex = (flaw: string) => JSON.stringify({ statements: [{ vulnerability: flaw, status: "fixed" }] });
const waivers = (id: string) => `waivers: [{id: ${id}, owner: a, reason: b, until: 2999-01-01}]\n`;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-judgements-"));
  await mkdir(at("vex"));
  await mkdir(at("waivers"));
  for (const [name, text] of [
    ["vex/b.json", vex("V-2")],
    ["vex/a.json", vex("V-1")],
    ["vex/notes.txt", "nothing"],
    ["vex/.part.json", "half a"],
    ["one.json", vex("V-0")],
    ["waivers/b.yml", waivers("W-2")],
    ["waivers/a.yaml", waivers("W-1")],
    ["wrong.yaml", "waivers: [{id: W}]\n"],
  ] as const)
    await writeFile(at(name), text);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test("files come in the order of their naming, those of a folder by name, and what is no document is passed by", async () => {
  const said = await readJudgements({ vex: [at("one.json"), at("vex")], waivers: [at("waivers")] });
  expect(said.vex.flatMap(({ names }) => names)).toEqual(["V-0", "V-1", "V-2"]);
  expect(said.waivers.map(({ id, source }) => [id, source])).toEqual([
    ["W-1", at("waivers/a.yaml")],
    ["W-2", at("waivers/b.yml")],
  ]);
});

test("what is missing or wrong is an error, and never as if nothing were said", async () => {
  await expect(readJudgements({ vex: [at("none")], waivers: [] })).rejects.toMatchObject({ code: "E_VEX_FORM" });
  await expect(readJudgements({ vex: [], waivers: [at("wrong.yaml")] })).rejects.toMatchObject({
    code: "E_WAIVER_FORM",
  });
});
