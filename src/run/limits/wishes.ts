// Resource limits as they are wished for: flags as text in, numbers with units out. Pure; it knows nothing of control groups.

import { defineErrors } from "../../base/errors.ts";
import { parseSize } from "../../base/size.ts";

const fail = defineErrors({
  E_LIMIT_VALUE: {
    text: '--{flag} "{value}" cannot be: {reason}',
    hint: "write for example --{flag} {example}",
    exit: 1,
  },
});

/** Limits for all processes of a container together; what is missing has none. */
export interface LimitWishes {
  /** Processors, such as 1.5. */
  readonly cpus?: number | undefined;
  /** Relative weight of version 1: 2 to 262144, usually 1024. */
  readonly cpuShares?: number | undefined;
  /** Lists such as `0-3,8`. */
  readonly cpusetCpus?: string | undefined;
  readonly cpusetMems?: string | undefined;
  /** Bytes. */
  readonly memory?: number | undefined;
  readonly memoryReservation?: number | undefined;
  /** Bytes of memory and swap together; -1 is no limit. */
  readonly memorySwap?: number | undefined;
  readonly pids?: number | undefined;
  /** Relative weight of version 1: 10 to 1000. */
  readonly blkioWeight?: number | undefined;
  /** Files of cgroup v2 with what is written to them. */
  readonly unified?: Readonly<Record<string, string>> | undefined;
}

/** The flags' texts. */
export type LimitTexts = {
  readonly [Flag in
    | "cpus"
    | "cpu-shares"
    | "cpuset-cpus"
    | "cpuset-mems"
    | "memory"
    | "memory-reservation"
    | "memory-swap"
    | "pids-limit"
    | "blkio-weight"]?: string | undefined;
};

/** The wishes that the flags say. @throws E_LIMIT_VALUE, E_SIZE_INVALID */
export function limitWishes(texts: LimitTexts): LimitWishes {
  const wishes: LimitWishes = {
    cpus: number(texts, "cpus", { least: 0.01, most: 100_000, whole: false }, "1.5"),
    cpuShares: number(texts, "cpu-shares", { least: 2, most: 262_144 }, "512"),
    cpusetCpus: list(texts, "cpuset-cpus"),
    cpusetMems: list(texts, "cpuset-mems"),
    memory: bytes(texts.memory),
    memoryReservation: bytes(texts["memory-reservation"]),
    memorySwap: texts["memory-swap"] === "-1" ? -1 : bytes(texts["memory-swap"]),
    // As with Docker: -1 and 0 are no limit.
    pids: positive(number(texts, "pids-limit", { least: -1, most: 4_194_304 }, "512")),
    blkioWeight: number(texts, "blkio-weight", { least: 10, most: 1000 }, "500"),
  };
  const { memory, memorySwap } = wishes;
  if (memorySwap !== undefined && memorySwap >= 0 && (memory === undefined || memorySwap < memory)) {
    const reason =
      memory === undefined ? "it needs --memory" : "it is memory and swap together, so no less than --memory";
    throw fail("E_LIMIT_VALUE", { flag: "memory-swap", value: texts["memory-swap"], reason, example: "2G" });
  }
  return wishes;
}

/** True when anything is limited. */
export function wantsLimits(wishes: LimitWishes): boolean {
  return Object.values(wishes).some((value) => value !== undefined);
}

interface Range {
  readonly least: number;
  readonly most: number;
  readonly whole?: boolean;
}

function number(texts: LimitTexts, flag: keyof LimitTexts, range: Range, example: string): number | undefined {
  const value = texts[flag];
  if (value === undefined) return undefined;
  const parsed = /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
  const { least, most, whole = true } = range;
  if (parsed >= least && parsed <= most && (!whole || Number.isInteger(parsed))) return parsed;
  const reason = `it is no ${whole ? "whole " : ""}number from ${least} to ${most}`;
  throw fail("E_LIMIT_VALUE", { flag, value, reason, example });
}

function list(texts: LimitTexts, flag: "cpuset-cpus" | "cpuset-mems"): string | undefined {
  const value = texts[flag];
  if (value === undefined || /^\d{1,6}(-\d{1,6})?(,\d{1,6}(-\d{1,6})?)*$/.test(value)) return value;
  throw fail("E_LIMIT_VALUE", { flag, value, reason: "it is no list of numbers and ranges", example: "0-3,8" });
}

function bytes(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseSize(text);
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}
