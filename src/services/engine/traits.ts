// What is asked of an engine once, when it first answers, because requests differ by it.

import { readFileSync } from "node:fs";
import type { EngineClient } from "./client.ts";
import type { EngineTraits } from "./create-body.ts";
import { isPodman } from "./parse-info.ts";
import type { Asked } from "./reasons.ts";

/** Podman asks for this much where nobody says how much, and fails where it may not have it. */
const MOST = 1_048_576;

/** Answers the traits of one engine. */
export type TraitsOf = (signal?: AbortSignal) => Promise<EngineTraits>;

/** Asks once, and again only after a failure. */
export function traitsOf(client: EngineClient): TraitsOf {
  const asked: Asked = { action: "say its version", name: client.address, of: "engine" };
  let known: EngineTraits | undefined;
  return async (signal) => {
    if (known) return known;
    const version = await client.get("/version", asked, { signal });
    known = { kind: isPodman(version) ? "podman" : "docker", ulimits: ownLimits() };
    return known;
  };
}

// The engine is on the same machine, or on one like it: what this process may have at most, the engine may, too.
function ownLimits(): EngineTraits["ulimits"] {
  const text = readFileSync("/proc/self/limits", "utf8");
  const hard = (line: string) => {
    const [, value = ""] = new RegExp(`^Max ${line}\\s+\\S+\\s+(\\S+)`, "m").exec(text) ?? [];
    const most = value === "unlimited" ? MOST : Math.min(Number(value) || 1024, MOST);
    return { soft: most, hard: most };
  };
  const processes = hard("processes").hard;
  // Podman lowers its own limit to the number of process ids that there are, and cannot raise it again.
  const nproc = Math.min(processes, Number(readFileSync("/proc/sys/kernel/pid_max", "utf8")) || processes);
  return { nofile: hard("open files"), nproc: { soft: nproc, hard: nproc } };
}
