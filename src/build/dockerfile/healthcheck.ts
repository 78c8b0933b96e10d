// HEALTHCHECK: flags and command to the record of the configuration, and how the history shows it. Pure.

import type { CommandForm, InstructionOf } from "../../recipe/dockerfile/ast.ts";
import type { HealthCheck } from "../types.ts";
import { formatDuration, parseDuration } from "./durations.ts";

const TIMES = [
  ["interval", "Interval"],
  ["timeout", "Timeout"],
  ["start-period", "StartPeriod"],
  ["start-interval", "StartInterval"],
] as const;
const MILLISECOND = 1_000_000;

type HealthCheckInstruction = InstructionOf<"HEALTHCHECK">;

/** The record, or what is wrong with a flag. */
export function parseHealthCheck({ command, flags }: HealthCheckInstruction): HealthCheck | { readonly why: string } {
  if (command === undefined) return { Test: ["NONE"] };
  const times: { [Name in (typeof TIMES)[number][1]]?: number } = {};
  for (const [flag, field] of TIMES) {
    const text = flags.find(({ name }) => name === flag)?.value ?? "0";
    const value = parseDuration(text);
    if (value === undefined) return { why: `--${flag}=${text} is not a time: write for example 30s or 1m30s` };
    if (value > 0 && value < MILLISECOND) return { why: `--${flag}=${text} is shorter than a millisecond` };
    if (value > 0) times[field] = value;
  }
  const retries = flags.find(({ name }) => name === "retries")?.value ?? "0";
  if (!/^\d{1,9}$/.test(retries)) return { why: `--retries=${retries} is not a number of times` };
  return { Test: testOf(command), ...times, ...(Number(retries) > 0 ? { Retries: Number(retries) } : {}) };
}

/** The record as BuildKit's history has it: every field, in order. */
export function healthCheckLine(check: HealthCheck): string {
  const times = TIMES.map(([, field]) => `${field}:${formatDuration(check[field] ?? 0)}`);
  return `HEALTHCHECK {Test:[${check.Test.join(" ")}] ${times.join(" ")} Retries:${check.Retries ?? 0}}`;
}

function testOf(command: CommandForm): readonly string[] {
  return command.form === "exec" ? ["CMD", ...command.words] : ["CMD-SHELL", command.text];
}
