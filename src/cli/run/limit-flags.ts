// The flags that limit resources (spec/apptainer.md 1.3, "Resource flags"). One table; nothing is decided here.

import type { FlagSpec } from "../flags.ts";

/** Flags of every command that starts a payload. */
export const LIMIT_FLAGS = [
  { long: "cpus", kind: "text", value: "number", env: ["CPUS"], help: "at most so many processors, such as 1.5" },
  {
    long: "cpu-shares",
    kind: "text",
    value: "weight",
    env: ["CPU_SHARES"],
    help: "weight of processor time (1024 is usual)",
  },
  {
    long: "cpuset-cpus",
    kind: "text",
    value: "list",
    env: ["CPUSET_CPUS"],
    help: "only these processors, such as 0-3,8",
  },
  { long: "cpuset-mems", kind: "text", value: "list", env: ["CPUSET_MEMS"], help: "only these memory nodes" },
  { long: "memory", kind: "text", value: "size", env: ["MEMORY"], help: "at most so much memory, such as 2G" },
  {
    long: "memory-reservation",
    kind: "text",
    value: "size",
    env: ["MEMORY_RESERVATION"],
    help: "memory kept as long as possible",
  },
  {
    long: "memory-swap",
    kind: "text",
    value: "size",
    env: ["MEMORY_SWAP"],
    help: "memory and swap together; -1: no limit",
  },
  {
    long: "pids-limit",
    kind: "text",
    value: "number",
    env: ["PIDS_LIMIT"],
    help: "at most so many processes and threads",
  },
  {
    long: "blkio-weight",
    kind: "text",
    value: "weight",
    env: ["BLKIO_WEIGHT"],
    help: "weight of disk access, 10 to 1000",
  },
  { long: "apply-cgroups", kind: "text", value: "file", env: ["APPLY_CGROUPS"], help: "limits from a TOML file" },
] as const satisfies readonly FlagSpec[];
