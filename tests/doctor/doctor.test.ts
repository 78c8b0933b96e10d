// `berth doctor` as a user calls it, from source: a whole answer on any machine, by root and by an ordinary user.

import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AS_ROOT, asUser, ordinaryUser } from "../support/ordinary-user.ts";

const MAIN = join(import.meta.dirname, "../../src/main.ts");

interface Finding {
  readonly name: string;
  readonly state: string;
  readonly found: string;
  readonly consequence?: string;
}

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "berth-doctor-test-"));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

function doctor(args: readonly string[], env: Readonly<Record<string, string>> = {}): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [MAIN, "doctor", ...args], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], HOME: work, BERTH_CACHEDIR: join(work, "cache"), BERTH_TMPDIR: work, ...env },
  });
}

function findings(ran: SpawnSyncReturns<string>): readonly Finding[] {
  return JSON.parse(ran.stdout).findings;
}

describe("berth doctor", () => {
  test("--json tells every finding with its state, and the exit status says whether there is a gap", () => {
    const ran = doctor(["--json"]);
    const all = findings(ran);
    expect(all.length).toBeGreaterThan(14);
    expect(all.every(({ state }) => ["ok", "warn", "gap", "unknown"].includes(state))).toBe(true);
    expect(ran.status).toBe(all.some(({ state }) => state === "gap") ? 1 : 0);
    expect(ran.stderr).toBe("");
  });

  test("for a person, every finding is one line, in plain characters when the output is not a terminal", () => {
    const ran = doctor([]);
    for (const { name } of findings(doctor(["--json"])))
      expect(ran.stdout).toMatch(new RegExp(`^ {2}\\S+ +${name} `, "m"));
    expect(ran.stdout).not.toContain("\x1b");
  });

  test("a launcher that is not there is a gap, and the exit status is 1", () => {
    const ran = doctor(["--json"], { BERTH_LIBEXEC: "/nonexistent" });
    const launcher = findings(ran).find(({ name }) => name === "launcher");
    // A checkout that was built has one in its build folder all the same.
    if (launcher?.state === "gap") expect(ran.status).toBe(1);
    else expect(launcher?.found).toMatch(/berth-launch$/);
  });

  test("a cache that cannot be written to is a gap", () => {
    const ran = doctor(["--json"], { BERTH_CACHEDIR: "/proc/no-cache" });
    expect(findings(ran).find(({ name }) => name === "cache")).toMatchObject({ state: "gap" });
    expect(ran.status).toBe(1);
  });

  test("programs that are not on the PATH of the user are found in the system's places", () => {
    const [own, bare] = [doctor(["--json"]), doctor(["--json"], { PATH: "/nonexistent" })];
    const readers = [own, bare].map((ran) => findings(ran).find(({ name }) => name === "squashfuse_ll")?.state);
    expect(readers[0]).toBe(readers[1]);
  });

  test.skipIf(!AS_ROOT)("an ordinary user gets an answer of their own [needs root, to step down]", () => {
    const user = ordinaryUser();
    const [command = "", ...args] = asUser(user, [process.execPath, MAIN, "doctor", "--json"]);
    const ran = spawnSync(command, args, { encoding: "utf8", env: { PATH: process.env["PATH"], HOME: user.home } });
    expect(JSON.parse(ran.stdout).facts.user.uid).toBe(user.uid);
  });
});
