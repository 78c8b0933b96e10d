// What stays in memory beside the payload while it runs.

import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { absence, type Command, type Contestant, placed } from "../contestant.ts";
import type { Place } from "../place.ts";
import { type Prepared, podmanRun } from "../prepared.ts";
import type { Result, Row } from "../table.ts";

// The payload's name in the process table must be one that nothing else has.
const SECONDS = "31";
const PAYLOAD = ["sleep", SECONDS] as const;

const CONTESTANTS: readonly Contestant<Prepared>[] = [
  {
    name: "berth exec",
    needs: ["berth"],
    command: (place, { sif, berthEnv }) => ({ argv: [place.berth, "exec", sif, ...PAYLOAD], env: berthEnv }),
  },
  { name: "ch-run", needs: ["ch-run"], command: (_place, { root }) => ({ argv: ["ch-run", root, "--", ...PAYLOAD] }) },
  {
    name: "podman run",
    needs: ["podman"],
    command: (_place, { podman }) => podmanRun(podman, PAYLOAD),
  },
  {
    name: "Apptainer exec",
    needs: ["apptainer"],
    command: (_place, { squashfs }) => ({ argv: ["apptainer", "--silent", "exec", squashfs, ...PAYLOAD] }),
  },
];

/** Memory and number of the processes that a launch keeps beside the payload. */
export async function residentMemory(place: Place, prepared: Prepared): Promise<Result> {
  const rows: Row[] = [];
  for (const contestant of CONTESTANTS) {
    const absent = absence(place, contestant);
    const command = absent === undefined ? contestant.command(place, prepared) : undefined;
    const left = command ? await beside(place, contestant, command) : [];
    const failed = left === undefined ? "failed" : absent;
    const memory = (left ?? []).reduce((sum, process) => sum + process.bytes, 0);
    rows.push({ name: contestant.name, absent: failed, figures: [memory / 1e6, left?.length ?? 0] });
  }
  return {
    title: "What stays in memory while the payload runs",
    columns: ["memory [MB]", "processes"],
    rows,
    notes: [
      "processes that serve the image's files (squashfuse_ll) are left out: one serves all launches of a node under berth",
    ],
  };
}

interface Remainder {
  readonly name: string;
  readonly bytes: number;
}

/** The relatives of the payload while it runs; undefined when it never started. */
async function beside(
  place: Place,
  of: Contestant<Prepared>,
  command: Command,
): Promise<readonly Remainder[] | undefined> {
  const out = join(place.scratch, "cost.json");
  const [program = "false", ...args] = placed(place, of, [place.measure, out, "1", "1", "0", ...command.argv]);
  const env = {
    PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
    HOME: place.user.home,
    USER: place.user.name,
    ...command.env,
  };
  const child = spawn(program, args, { cwd: place.scratch, stdio: "ignore", env });
  try {
    for (let tries = 0; tries < 100 && child.exitCode === null; tries++) {
      await pause(100);
      const family = descendants(child);
      if (!family.some(isPayload)) continue;
      // The launch is over when the payload runs; helpers that end by themselves get a moment to do so.
      await pause(500);
      return descendants(child)
        .filter((pid) => !isPayload(pid))
        .map(remainder)
        .filter(({ name }) => !/^squashfuse/.test(name));
    }
    return undefined;
  } finally {
    for (const pid of descendants(child)) if (isPayload(pid)) process.kill(pid);
  }
}

function isPayload(pid: number): boolean {
  return readText(`/proc/${pid}/cmdline`).endsWith(`sleep\0${SECONDS}\0`) && name(pid) === "sleep";
}

/** All below the measuring process (it adopts what daemonises), which itself and its wrappers are not among. */
function descendants(child: ChildProcess): readonly number[] {
  const found = [child.pid ?? 0];
  for (const pid of found) {
    for (const task of listOf(`/proc/${pid}/task`))
      found.push(...readText(`/proc/${pid}/task/${task}/children`).split(" ").filter(Boolean).map(Number));
  }
  const measuring = found.findLast((pid) => name(pid) === "measure");
  return found.slice(found.indexOf(measuring ?? 0) + 1);
}

const name = (pid: number) => readText(`/proc/${pid}/comm`).trim();

function remainder(pid: number): Remainder {
  const kib = /^Pss: *(\d+)/m.exec(readText(`/proc/${pid}/smaps_rollup`))?.[1];
  return { name: name(pid), bytes: Number(kib ?? 0) * 1024 };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function listOf(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
