// Carries out a case of the catalogue against the compiled binary and compares what it answers.

import { chmodSync, chownSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { type OrdinaryUser, runAs } from "../support/ordinary-user.ts";
import type { Case, Step } from "./case.ts";
import type { World } from "./world.ts";

const ROOT: OrdinaryUser = { name: "root", uid: 0, gid: 0, home: "/root" };

/** Plays all steps of a case in a folder of its own. */
export function play(world: World, { id, steps, as }: Case): void {
  const who = as === "root" ? ROOT : world.user;
  const folder = join(world.folder, `case-${id}`);
  mkdirSync(folder);
  chownSync(folder, who.uid, who.gid);
  chmodSync(folder, 0o755);
  const values = { ...world.values, work: folder };
  for (const step of steps) playStep(world, who, step, values);
}

function playStep(world: World, who: OrdinaryUser, step: Step, values: Readonly<Record<string, string>>): void {
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
  const env = Object.fromEntries(Object.entries({ ...world.env, ...step.env }).map(([k, v]) => [k, fill(v)]));
  const result = runAs(who, step.run.map(fill), {
    env,
    cwd: fill(step.cwd ?? "{work}"),
    input: fill(step.stdin ?? ""),
  });
  const answer = { command: step.run.map(fill).join(" "), status: result.status, signal: result.signal };
  const said = `${JSON.stringify(answer)}\nstdout: ${result.stdout}\nstderr: ${result.stderr}`;
  expect(result.status, said).toBe(step.exit ?? 0);
  const out = result.stdout.replace(/\n$/, "");
  if (typeof step.out === "string") expect(out, said).toBe(fill(step.out));
  if (step.out instanceof RegExp) expect(out, said).toMatch(step.out);
  if (step.notOut) expect(out, said).not.toMatch(step.notOut);
  if (step.err) expect(result.stderr, said).toMatch(step.err);
  if (step.notErr) expect(result.stderr, said).not.toMatch(step.notErr);
}
