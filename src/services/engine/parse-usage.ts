// What a container uses, from one answer of `/containers/ID/stats`.

import { fields, instant, number } from "./fields.ts";
import type { EngineUsage } from "./types.ts";

/** Undefined for a container that does not run. */
export function parseUsage(answer: unknown): EngineUsage | undefined {
  const whole = fields(answer);
  const at = instant(whole["read"]);
  if (at === undefined) return undefined;
  const memory = fields(whole["memory_stats"]);
  const detail = fields(memory["stats"]);
  // Pages that the kernel keeps of files and gives up at once are no use of the program (total_…: cgroups version 1).
  const cached = number(detail["total_inactive_file"], number(detail["inactive_file"]));
  const used = number(memory["usage"]);
  const sum = (name: string) =>
    Object.values(fields(whole["networks"])).reduce<number>((total, one) => total + number(fields(one)[name]), 0);
  return {
    cpuSeconds: number(fields(fields(whole["cpu_stats"])["cpu_usage"])["total_usage"]) / 1e9,
    memoryBytes: cached < used ? used - cached : used,
    memoryLimitBytes: number(memory["limit"]),
    receivedBytes: sum("rx_bytes"),
    sentBytes: sum("tx_bytes"),
    pids: number(fields(whole["pids_stats"])["current"]),
    at,
  };
}
