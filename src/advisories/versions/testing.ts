// For tests: random pairs of versions, and the real programs' opinion of them, thousands of pairs in one process.

import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import type { Comparer, Order } from "./order.ts";

export type Pair = readonly [string, string];

/** The same pairs every time: versions of `words`, half of them beginning alike, so that later parts are compared too. */
export function pairsOf(
  count: number,
  words: readonly string[],
  begin: readonly string[] = ["1", "1.0", "2.10"],
): Pair[] {
  let state = 42;
  const random = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % below;
  };
  const pick = (list: readonly string[]) => list[random(list.length)] ?? "";
  const tail = () => Array.from({ length: random(6) }, () => pick(words)).join("");
  return Array.from({ length: count }, () => {
    const start = pick(begin);
    return [start + tail(), (random(4) > 0 ? start : pick(begin)) + tail()];
  });
}

/** Pairs about which a comparer and the real program differ; pairs that either cannot read are left out. */
export function disagreements(
  pairs: readonly Pair[],
  compare: Comparer,
  real: readonly (Order | undefined)[],
): string[] {
  return pairs.flatMap(([a, b], at) => {
    const [ours, theirs] = [compare(a, b), real[at]];
    if (theirs === undefined || ours === theirs) return [];
    return [`${a} ${b}: ${ours}, but the program says ${theirs}`];
  });
}

/** The order of each pair by a program that reads `a TAB b` lines and prints -1, 0, 1 or `?`. */
export function askProgram(command: string, args: readonly string[], pairs: readonly Pair[]): (Order | undefined)[] {
  const input = pairs.map((pair) => `${pair.join("\t")}\n`).join("");
  const done = spawnSync(command, args, { input, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  return readOrders(done, pairs.length);
}

/** The orders that a program has printed, one a line. */
export function readOrders(done: SpawnSyncReturns<string>, count: number): (Order | undefined)[] {
  const lines = done.stdout.trim().split("\n");
  if (done.status !== 0 || lines.length !== count)
    throw new Error(`${lines.length} answers for ${count} pairs: ${done.stderr.slice(0, 2000)}`);
  return lines.map((line) => (line === "?" ? undefined : (Math.sign(Number(line)) as Order)));
}

/** True when a command runs through. */
export function runs(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

/** Debian's jar of Maven's own comparer, if it is installed and java is. */
export function mavenJar(): string | undefined {
  const jar = "/usr/share/java/maven-artifact-3.x.jar";
  return existsSync(jar) && runs("java", ["-version"]) ? jar : undefined;
}
