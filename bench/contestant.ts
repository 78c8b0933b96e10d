// Who takes part in a measure, and how one of its commands is run and measured. Which commands: the files in measures/.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AS_ROOT, asUser, installed } from "../tests/support/ordinary-user.ts";
import { CHECKOUT, type Place } from "./place.ts";

/** A command line with the variables it needs beyond PATH and HOME. */
export interface Command {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** One program in a comparison. */
export interface Contestant<Input> {
  readonly name: string;
  /** Programs that must be installed; `berth`, `berth-launch` and `apptainer` are found where the place says. */
  readonly needs: readonly string[];
  /** Makes the command to be measured; may prepare what is not to be measured. */
  command(place: Place, input: Input): Command;
  /** A process that serves the images apart from the command; its CPU time during the measure is charged too. */
  readonly server?: string;
  /** Why it cannot take part, where that is known before. */
  readonly absent?: string;
  /** Runs as root, not as the ordinary user. */
  readonly asRoot?: boolean;
}

/** What a command cost. Times in milliseconds, memory in bytes. */
export interface Cost {
  readonly wall: readonly number[];
  readonly cpu: readonly number[];
  /** Of the whole measure, all runs together. */
  readonly elapsed: number;
  readonly peakMemory: number;
}

/** How often and how a command is measured. */
export interface Manner {
  readonly runs?: number;
  readonly parallel?: number;
  /** Milliseconds between two looks at the memory; 0: do not look. */
  readonly sample?: number;
}

/** Why the contestant cannot take part, if it cannot. */
export function absence(place: Place, contestant: Contestant<never>): string | undefined {
  if (place.without?.test(contestant.name)) return "left out of this run";
  if (contestant.absent !== undefined) return contestant.absent;
  for (const program of contestant.needs) {
    if (program === "apptainer" ? !place.tree : !existsSync(pathOf(place, program)) && !installed(program))
      return program === "apptainer" ? "no tree (tests/apptainer/make-tree.sh)" : `${program} not installed`;
  }
  return undefined;
}

function pathOf(place: Place, program: string): string {
  if (program === "berth") return place.berth;
  if (program === "dockerd") return "/usr/sbin/dockerd";
  return program === "berth-launch" ? place.launcher : join("/usr/bin", program);
}

/** Runs the command under the measuring program, as the ordinary user, inside Apptainer's tree when it is Apptainer's. */
export function measure(place: Place, contestant: Contestant<never>, command: Command, manner: Manner = {}): Cost {
  const { runs = 1, parallel = 1, sample = 0 } = manner;
  const out = join(place.scratch, "cost.json");
  const words = [place.measure, out, String(runs), String(parallel), String(sample), ...command.argv];
  const before = serverTime(contestant.server);
  const result = spawn(place, contestant, words, command.env);
  const served = serverTime(contestant.server) - before;
  if (result.status !== 0) throw new Error(`${contestant.name}: ${result.stderr || result.error?.message}`);
  const raw = JSON.parse(readFileSync(out, "utf8")) as RawCost;
  if (raw.failed > 0) throw new Error(`${contestant.name}: ${raw.failed} of ${runs} runs failed: ${result.stderr}`);
  return {
    wall: raw.wallNs.map((ns) => ns / 1e6),
    cpu: raw.cpuNs.map((ns) => (ns + served / raw.cpuNs.length) / 1e6),
    elapsed: raw.elapsedNs / 1e6,
    peakMemory: raw.peakBytes,
  };
}

interface RawCost {
  readonly failed: number;
  readonly elapsedNs: number;
  readonly peakBytes: number;
  readonly wallNs: readonly number[];
  readonly cpuNs: readonly number[];
}

function spawn(place: Place, contestant: Contestant<never>, words: readonly string[], env?: Command["env"]) {
  const [command = "false", ...args] = placed(place, contestant, words);
  return spawnSync(command, args, {
    cwd: place.scratch,
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", HOME: place.user.home, USER: place.user.name, ...env },
  });
}

/** The command line that brings `words` to where the contestant lives. */
export function placed(place: Place, contestant: Contestant<never>, words: readonly string[]): readonly string[] {
  if (contestant.asRoot) return words;
  if (contestant.needs.some((program) => program === "crun" || program === "podman")) return unified(place, words);
  if (!contestant.needs.includes("apptainer")) return asUser(place.user, words);
  const enter = join(CHECKOUT, "tests", "apptainer", "enter.sh");
  return [enter, "--tree", place.tree ?? "", "--user", place.user.name, "--bind", place.dir, ...words];
}

const HYBRID = "/sys/fs/cgroup/unified";
const REMOUNT = 'umount -l -R /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec "$@"';

/** As the user; on a machine whose control groups are half old, half new, where crun refuses to work: seeing the new. */
export function unified(place: Place, words: readonly string[]): readonly string[] {
  const command = asUser(place.user, words);
  return AS_ROOT && existsSync(HYBRID) ? ["unshare", "--mount", "sh", "-c", REMOUNT, "unified", ...command] : command;
}

/** CPU time so far, in nanoseconds, of all threads of all processes of this name. */
function serverTime(name: string | undefined): number {
  if (name === undefined) return 0;
  let sum = 0;
  for (const pid of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      if (!readFileSync(`/proc/${pid}/comm`, "utf8").startsWith(name.slice(0, 15))) continue;
      for (const thread of readdirSync(`/proc/${pid}/task`))
        sum += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
    } catch {
      // The process ended meanwhile.
    }
  }
  return sum;
}
