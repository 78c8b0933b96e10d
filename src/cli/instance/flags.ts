// The flags of `berth instance` beyond those of every payload. Nothing is decided here.

import type { FlagSpec } from "../flags.ts";

/** Flags of `instance start` and `instance run`. */
export const START_FLAGS = [
  {
    long: "pid-file",
    kind: "text",
    value: "path",
    env: ["PID_FILE"],
    help: "write the instance's process number here",
  },
  {
    long: "boot",
    kind: "switch",
    env: ["BOOT"],
    help: "refused: a whole system's init cannot run unprivileged",
    hidden: true,
  },
] as const satisfies readonly FlagSpec[];

const USER_FLAG = {
  long: "user",
  short: "u",
  kind: "text",
  value: "name",
  env: [],
  help: "as root: the instances of this user",
} as const satisfies FlagSpec;

/** Flags of `instance list`. */
export const LIST_FLAGS = [
  { long: "json", short: "j", kind: "switch", env: [], help: "as JSON" },
  { long: "logs", short: "l", kind: "switch", env: [], help: "where the logs are" },
  USER_FLAG,
] as const satisfies readonly FlagSpec[];

/** Flags of `instance stop`. */
export const STOP_FLAGS = [
  { long: "all", short: "a", kind: "switch", env: [], help: "all instances" },
  { long: "force", short: "F", kind: "switch", env: [], help: "kill at once" },
  {
    long: "signal",
    short: "s",
    kind: "text",
    value: "signal",
    env: [],
    help: "ask with this signal, a name or a number (default: the image's, else TERM)",
  },
  {
    long: "timeout",
    short: "t",
    kind: "text",
    value: "time",
    env: [],
    help: "kill after so long, such as 30s or 500ms (default: 10s)",
  },
  USER_FLAG,
] as const satisfies readonly FlagSpec[];

/** Flags of `instance stats`. */
export const STATS_FLAGS = [
  { long: "json", short: "j", kind: "switch", env: [], help: "as JSON, once" },
  { long: "no-stream", kind: "switch", env: [], help: "once" },
  USER_FLAG,
] as const satisfies readonly FlagSpec[];
