// `berth instance stats`.

import { setTimeout as sleep } from "node:timers/promises";
import { formatSize } from "../../base/size.ts";
import { type InstanceFolder, knownInstances } from "../../run/instances/known.ts";
import { type Usage, usageOf } from "../../run/instances/usage.ts";
import type { Context } from "../context.ts";
import type { FlagValues } from "../flags.ts";
import { print, standardOutput } from "../output.ts";
import { table } from "../table.ts";
import type { STATS_FLAGS } from "./flags.ts";
import { folderOf } from "./owner.ts";

const INTERVAL_MS = 1000;
const CLEAR = "\x1b[H\x1b[2J";
const HEAD = ["INSTANCE NAME", "CPU USAGE", "MEM USAGE / LIMIT", "MEM %", "BLOCK I/O", "PIDS"];

/** Prints what instances use; on a terminal again and again until ctrl-C. */
export async function showStats(
  pattern: string | undefined,
  flags: FlagValues<typeof STATS_FLAGS>,
  context: Context,
): Promise<void> {
  const folder = folderOf(flags.user, context);
  const stream = !flags.json && !flags["no-stream"] && standardOutput().isTTY === true;
  // The share of a processor is what was used between two looks.
  let before = await look(folder, pattern);
  do {
    await sleep(stream ? INTERVAL_MS : INTERVAL_MS / 5, undefined, { signal: context.signal });
    const now = await look(folder, pattern);
    const measured = [...now].map(([name, { at, ...usage }]) => {
      const cpuPercent = share(before.get(name), { at, ...usage });
      return { instance: name, cpuPercent, ...usage };
    });
    if (flags.json) print(`${JSON.stringify({ instances: measured }, null, "\t")}\n`);
    else print((stream ? CLEAR : "") + table(HEAD, measured.map(row)));
    before = now;
  } while (stream);
}

interface Look extends Usage {
  /** Milliseconds, of a clock that only goes forward. */
  readonly at: number;
}

async function look(folder: InstanceFolder, pattern: string | undefined): Promise<ReadonlyMap<string, Look>> {
  const found = await knownInstances(folder, pattern);
  const at = performance.now();
  return new Map(await Promise.all(found.map(async (one) => [one.name, { ...(await usageOf(one)), at }] as const)));
}

function share(before: Look | undefined, now: Look): number {
  if (!before || now.at <= before.at) return 0;
  const used = Math.max(0, now.cpuMicroseconds - before.cpuMicroseconds) / 1000;
  return Math.round((used / (now.at - before.at)) * 10_000) / 100;
}

function row(one: Usage & { readonly instance: string; readonly cpuPercent: number }): string[] {
  const memory = `${formatSize(one.memory)} / ${formatSize(one.memoryLimit)}`;
  const percent = one.memoryLimit > 0 ? (100 * one.memory) / one.memoryLimit : 0;
  const blocks = `${formatSize(one.bytesRead)} / ${formatSize(one.bytesWritten)}`;
  return [
    one.instance,
    `${one.cpuPercent.toFixed(2)}%`,
    memory,
    `${percent.toFixed(2)}%`,
    blocks,
    String(one.processes),
  ];
}
