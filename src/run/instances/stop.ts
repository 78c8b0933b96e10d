// Ends instances. berth-join sends the signal to the very process of the record, waits, and kills it when that takes too long.

import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { LAUNCHER_ENVIRONMENT } from "../launch.ts";
import { fail } from "./errors.ts";
import { forget, type InstanceFolder } from "./known.ts";
import type { InstanceRecord } from "./record.ts";

export interface StopWish {
  /** Number of the signal. */
  readonly signal: number;
  /** How long the instance may take to end by itself, in milliseconds. */
  readonly patience: number;
}

/** How an instance ended: by itself, killed, or it had ended before. */
export type Ending = "ended" | "killed" | "gone";

const ENDINGS: Readonly<Record<number, Ending>> = { 0: "ended", 2: "killed", 3: "gone" };

/** Stops an instance and forgets it. `program` is the path of berth-join. @throws E_INSTANCE_STOP */
export async function stopInstance(
  folder: InstanceFolder,
  record: InstanceRecord,
  wish: StopWish,
  program: string,
): Promise<Ending> {
  const { name, pid, start } = record;
  const words = ["--stop", String(wish.signal), String(wish.patience), String(pid), start];
  const child = spawn(program, words, { env: LAUNCHER_ENVIRONMENT, stdio: ["ignore", "ignore", "pipe"] });
  const status = new Promise<number | null>((resolve, reject) => child.once("error", reject).once("exit", resolve));
  const [said, code] = await Promise.all([text(child.stderr), status]);
  const ending = ENDINGS[code ?? -1];
  if (!ending)
    throw fail("E_INSTANCE_STOP", { name, pid, reason: said.replace(/^berth-join: /, "").trim() || "no reason" });
  if (folder.owner === undefined) await forget(folder.path, record);
  return ending;
}
