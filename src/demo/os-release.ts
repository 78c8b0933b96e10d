// The host's os-release(5).

import { readFileSync } from "node:fs";
import { osRelease } from "../platform/doctor/gather.ts";

/** Fields of /etc/os-release; empty when there is none. */
export function release(): Readonly<Record<string, string>> {
  try {
    return osRelease(readFileSync("/etc/os-release", "utf8"));
  } catch {
    return {};
  }
}
