// Programs of batch systems and MPI that stand in front of a run line, and their options as their manuals have them.

import type { Problem } from "../../base/source.ts";
import { SHIFTER_PLUGIN } from "./hpc-options.ts";
import { indexOf } from "./option-table.ts";
import { readOptions } from "./read-options.ts";
import type { RunOption, RunWord } from "./types.ts";

const SRUN: readonly string[] = [
  ...["A,account=", "accel-bind=", "acctg-freq=", "bb=", "bbf=", "bcast=?", "bcast-exclude=", "b,begin=", "D,chdir="],
  ...["cluster-constraint=", "M,clusters=", "comment=", "compress=?", "C,constraint=", "container=", "container-id="],
  ...["contiguous", "S,core-spec=", "cores-per-socket=", "cpu-bind=", "cpu-freq=", "cpus-per-gpu=", "c,cpus-per-task="],
  ...[
    "deadline=",
    "delay-boot=",
    "d,dependency=",
    "X,disable-status",
    "m,distribution=",
    "epilog=",
    "e,error=",
    "exact",
  ],
  ...["x,exclude=", "exclusive=?", "export=", "extra=", "B,extra-node-info=", "gid=", "gpu-bind=", "gpu-freq="],
  ...[
    "G,gpus=",
    "gpus-per-node=",
    "gpus-per-socket=",
    "gpus-per-task=",
    "gres=",
    "gres-flags=",
    "h,help",
    "het-group=",
  ],
  ...["hint=", "H,hold", "I,immediate=?", "i,input=", "J,job-name=", "jobid=", "K,kill-on-bad-exit=?", "l,label"],
  ...["L,licenses=", "mail-type=", "mail-user=", "mcs-label=", "mem=", "mem-bind=", "mem-per-cpu=", "mem-per-gpu="],
  ...["mincpus=", "mpi=", "msg-timeout=", "multi-prog", "network=", "nice=?", "Z,no-allocate", "k,no-kill=?"],
  ...["F,nodefile=", "w,nodelist=", "N,nodes=", "n,ntasks=", "ntasks-per-core=", "ntasks-per-gpu=", "ntasks-per-node="],
  ...["ntasks-per-socket=", "open-mode=", "o,output=", "O,overcommit", "overlap", "s,oversubscribe", "p,partition="],
  ...[
    "power=",
    "prefer=",
    "E,preserve-env",
    "priority=",
    "profile=",
    "prolog=",
    "propagate=?",
    "pty",
    "q,qos=",
    "Q,quiet",
  ],
  ...["quit-on-interrupt", "reboot", "r,relative=", "reservation=", "resv-ports=?", "send-libs=?", "signal="],
  ...["slurmd-debug=", "sockets-per-node=", "spread-job", "stepmgr", "switches=", "task-epilog=", "task-prolog="],
  ...["test-only", "thread-spec=", "T,threads=", "threads-per-core=", "t,time=", "time-min=", "tmp=", "tree-width="],
  ...["tres-bind=", "tres-per-task=", "u,unbuffered", "uid=", "usage", "use-min-nodes", "v,verbose", "V,version"],
  ...["W,wait=", "wckey=", "x11=?", "image=", "volume=", "module=", "ccm"],
  ...["container-image=", "container-mounts=", "container-workdir=", "container-name=", "container-save="],
  ...["container-mount-home", "no-container-mount-home", "container-remap-root", "no-container-remap-root"],
  ...["container-entrypoint", "no-container-entrypoint", "container-writable", "container-readonly", "container-env="],
];

const SBATCH: readonly string[] = [
  ...SRUN,
  ...["a,array=", "export-file=", "get-user-env=?", "ignore-pbs", "no-requeue", "parsable", "requeue", "wrap="],
];

/** Launchers of MPI: how many words each option takes; a switch is not in the table. */
const MPI_VALUES: ReadonlyMap<string, number> = new Map([
  ...values(1, "n", "np", "c", "N", "npernode", "npersocket", "ppn", "host", "H", "hosts", "hostfile", "machinefile"),
  ...values(1, "map-by", "bind-to", "rank-by", "x", "wdir", "wd", "path", "prefix", "output-filename", "timeout", "f"),
  ...values(1, "cpu-set", "cpu-list", "slot-list", "iface", "launcher", "bootstrap", "envlist", "genvlist", "app"),
  ...values(
    1,
    "personality",
    "pmixmca-file",
    "tune",
    "am",
    "bind-to-core",
    "perhost",
    "rmk",
    "configfile",
    "s",
    "stdin",
  ),
  ...values(2, "mca", "gmca", "pmixmca", "prtemca", "env", "genv"),
]);

function values(count: number, ...names: readonly string[]): readonly (readonly [string, number])[] {
  return names.map((name) => [name, count]);
}

const SLURM: ReadonlySet<string> = new Set(["srun", "sbatch", "salloc"]);

const MPI: ReadonlySet<string> = new Set([
  ...["mpirun", "mpiexec", "mpiexec.hydra", "mpiexec.slurm", "orterun", "prterun"],
]);

/** What stands behind a launcher. */
export interface Launched {
  /** Options of shifter's plugin. */
  readonly options: readonly RunOption[];
  /** The command that is launched. */
  readonly rest: readonly RunWord[];
  /** `sbatch --wrap`: a script as the command. */
  readonly wrap: RunWord | undefined;
}

/** True for a program that `launched` takes off. */
export function isLauncher(name: string): boolean {
  return MPI.has(name) || SLURM.has(name);
}

/** Takes a launcher off; undefined when the name is none. */
export function launched(name: string, words: readonly RunWord[], problems: Problem[]): Launched | undefined {
  if (MPI.has(name)) return { options: [], rest: behindMpiOptions(words), wrap: undefined };
  if (!SLURM.has(name)) return undefined;
  const table = indexOf(name === "srun" ? SRUN : SBATCH);
  const { options, rest } = readOptions(words, table, "getopt", problems);
  const plugin = options.filter((option) => SHIFTER_PLUGIN.has(option.name));
  return {
    options: plugin.map((option) => ({ ...option, from: "batch" })),
    // What sbatch is given is a file; its lines are read where that is read.
    rest: name === "sbatch" ? [] : rest,
    wrap: wrapOf(options),
  };
}

function wrapOf(options: readonly RunOption[]): RunWord | undefined {
  const wrap = options.findLast(({ name }) => name === "wrap");
  return wrap?.valueRange && { text: wrap.value ?? "", value: wrap.value, range: wrap.valueRange };
}

// Parts of `mpirun a : b` are read as the words of the first.
function behindMpiOptions(words: readonly RunWord[]): readonly RunWord[] {
  let at = 0;
  for (let text = words[at]?.value; text?.startsWith("-"); text = words[at]?.value) {
    const name = text.replace(/^--?/, "");
    at += 1 + (name.includes("=") ? 0 : (MPI_VALUES.get(name) ?? 0));
  }
  return words.slice(at);
}
