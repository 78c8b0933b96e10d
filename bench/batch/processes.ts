// How many processes a command makes: counted by strace in a run of its own, which is not measured.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, type Contestant, placed } from "../contestant.ts";
import type { Place } from "../place.ts";

/** What a command made: processes (its own is not among them), threads, and programs that were executed. */
export interface Made {
  readonly processes: number;
  readonly threads: number;
  readonly programs: number;
}

/** Counts. Figures are NaN without strace, or when the command fails. */
export function processesOf(place: Place, contestant: Contestant<never>, { argv, env }: Command): Made {
  const out = join(place.scratch, "strace.out");
  // strace outside of what steps down to the user: only so may it follow a setuid program.
  const words = placed(place, contestant, argv);
  const calls = "trace=fork,vfork,clone,clone3,execve";
  const { status } = spawnSync("strace", ["-f", "-qq", "-e", calls, "-e", "signal=none", "-o", out, "--", ...words], {
    cwd: place.scratch,
    stdio: "ignore",
    env: { PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", HOME: place.user.home, USER: place.user.name, ...env },
  });
  if (status !== 0) return { processes: Number.NaN, threads: Number.NaN, programs: Number.NaN };
  const lines = readFileSync(out, "utf8").split("\n");
  const begun = lines.filter((line) => /^\d+ +(v?fork|clone3?)\(/.test(line) && !/= -1 /.test(line));
  const threads = begun.filter((line) => line.includes("CLONE_THREAD")).length;
  const executed = lines.filter((line) => /(execve\(.*|execve resumed.*)= 0$/.test(line)).length;
  return { processes: begun.length - threads, threads, programs: executed - (words.length > argv.length ? 1 : 0) };
}
