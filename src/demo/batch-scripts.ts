// The scripts of the demo's job, as a user would write them, and what they tell. Pure.

/** What the scripts are told. */
export interface ScriptFacts {
  readonly shifter: string;
  /** The user's folder, which nodes and containers see under the same name. */
  readonly folder: string;
  /** A folder in which the program that would start JavaScript is a trap. */
  readonly trap: string;
}

/** Where the job's volume is in the container, and what the module brings. */
export const [RESULTS, TOOLS] = ["/results", "/opt/tools"];

/** How the trap ends; nothing else does so. */
export const TRAPPED = 97;
/** How often `shifter true` is started on each node. */
export const STARTS = 40;

/** What sbatch is given: one task on each node. */
export function jobScript({ folder }: ScriptFacts): string {
  return `#!/bin/sh\nsrun --ntasks-per-node=1 sh ${folder}/task.sh\n`;
}

/** Runs on each node, outside of the container. */
export function taskScript({ shifter, folder, trap }: ScriptFacts): string {
  return `# From here on starting JavaScript would end in the trap.
export BERTH_LIBEXEC=${trap}
${shifter} sh ${folder}/inside.sh || exit
results=${folder}/results/$SLURMD_NODENAME
( n=0; while [ $n -lt ${STARTS} ]; do ${shifter} true || exit; n=$((n + 1)); done; times ) > $results.times || exit
${shifter} --writable-tmpfs true
echo "trap=$?" > $results.task
`;
}

/** Milliseconds of CPU for each start, from what the shell's `times` printed of its children; undefined: it printed nothing. */
export function startCost(times: string): number | undefined {
  const seconds = [...(times.trim().split("\n")[1] ?? "").matchAll(/(\d+)m([\d.]+)s/g)];
  const total = seconds.reduce((sum, [, minutes, rest]) => sum + 60 * Number(minutes) + Number(rest), 0);
  return seconds.length === 2 ? (total * 1000) / STARTS : undefined;
}

/** Runs in the container on each node; it waits until it may go on, so that the node can be looked at. */
export function insideScript(): string {
  return `. /etc/os-release
{
  echo "os=$PRETTY_NAME"
  echo "hosts=$(echo $(cat /var/hostsfile))"
  echo "greeting=$(greet)"
  echo "uid=$(id -u)"
} > ${RESULTS}/$SLURMD_NODENAME.inside
: > ${RESULTS}/$SLURMD_NODENAME.ready
while [ ! -e ${RESULTS}/go ]; do sleep 0.05; done
`;
}

/** Stands where `berth-main` would be. */
export function trapScript(): string {
  return `#!/bin/sh\nexit ${TRAPPED}\n`;
}

/** What a program of the site's module says. */
export function greetScript(): string {
  return `#!/bin/sh\necho "$GREETING from the module"\n`;
}

/** Values that were told as `name=value`, one a line. */
export function toldLines(text: string): ReadonlyMap<string, string> {
  const pairs = [...text.matchAll(/^([a-z]+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value] as const);
  return new Map(pairs);
}
