// `berth instance stop`: which instances, which signal, how long.

import { defineErrors } from "../../base/errors.ts";
import { type InstanceFolder, knownInstances } from "../../run/instances/known.ts";
import type { InstanceRecord } from "../../run/instances/record.ts";
import { signalNumber } from "../../run/instances/signals.ts";
import { stopInstance } from "../../run/instances/stop.ts";
import { ownProgram } from "../../run/programs.ts";
import type { Context } from "../context.ts";
import type { FlagValues } from "../flags.ts";
import type { STOP_FLAGS } from "./flags.ts";
import { folderOf } from "./owner.ts";

const fail = defineErrors({
  E_STOP_NOTHING: {
    text: "no instance was named",
    hint: "name one, or several with * and ?, or use --all",
    exit: 1,
  },
  E_STOP_NONE: {
    text: "no instance found with name {name}",
    hint: "berth instance list shows those that run on this machine",
    exit: 1,
  },
  E_STOP_TIME: { text: '"{time}" is not a time', hint: "write seconds, or a number with ms, s, m or h", exit: 1 },
});

const DEFAULT_PATIENCE_MS = 10_000;
const MAX_PATIENCE_MS = 24 * 3_600_000;

/** Stops the named instances side by side. @throws E_STOP_…, E_INSTANCE_STOP */
export async function stopNamed(
  names: readonly string[],
  flags: FlagValues<typeof STOP_FLAGS>,
  context: Context,
): Promise<void> {
  const { env, log } = context;
  const folder = folderOf(flags.user, context);
  const patience = flags.force ? 0 : parsePatience(flags.timeout);
  const wanted = flags.signal === undefined ? undefined : signalNumber(flags.signal);
  const program = ownProgram("berth-join", env);
  const stop = async (record: InstanceRecord): Promise<void> => {
    log.info(`Stopping ${record.name} instance of ${record.image} (PID=${record.pid})`);
    const signal = flags.force ? signalNumber("KILL") : (wanted ?? signalNumber(record.stopSignal));
    const ending = await stopInstance(folder, record, { signal, patience }, program);
    if (ending === "killed" && !flags.force) log.warn(`${record.name} did not end by itself, and was killed`);
  };
  const ends = await Promise.allSettled((await chosen(names, flags.all, folder)).map(stop));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

async function chosen(
  names: readonly string[],
  all: boolean,
  folder: InstanceFolder,
): Promise<readonly InstanceRecord[]> {
  if (all) return knownInstances(folder);
  if (names.length === 0) throw fail("E_STOP_NOTHING");
  const found = new Map<string, InstanceRecord>();
  for (const name of names) {
    const records = await knownInstances(folder, name.replace(/^instance:\/\//, ""));
    if (records.length === 0) throw fail("E_STOP_NONE", { name });
    for (const record of records) found.set(record.name, record);
  }
  return [...found.values()];
}

/** Milliseconds of `10`, `10s`, `500ms`, `2m`. @throws E_STOP_TIME */
export function parsePatience(time: string | undefined): number {
  if (time === undefined) return DEFAULT_PATIENCE_MS;
  const [, number, unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(time) ?? [];
  const milliseconds = Number(number) * ({ ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit] ?? Number.NaN);
  if (!(milliseconds <= MAX_PATIENCE_MS)) throw fail("E_STOP_TIME", { time });
  return Math.round(milliseconds);
}
