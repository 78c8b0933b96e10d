// The flags that set-up, teardown and status have in common.

import { fail } from "../../batch/node/errors.ts";
import { parseId } from "../../batch/node/place.ts";
import type { Environment } from "../../platform/user.ts";
import type { FlagSpec } from "../flags.ts";

/** Where set-ups lie. */
export const PLACE_FLAGS = [
  {
    long: "node-dir",
    kind: "text",
    value: "dir",
    env: ["NODE_DIR"],
    help: "where set-ups lie; otherwise the site's nodeDir",
  },
  {
    long: "config",
    kind: "text",
    value: "file",
    env: [],
    help: "this site.yaml or udiRoot.conf, not those of the machine",
  },
] as const satisfies readonly FlagSpec[];

/** Whose, for which job. */
export const NODE_FLAGS = [
  { long: "uid", kind: "text", value: "number", env: [], help: "the job's user; otherwise SLURM_JOB_UID" },
  { long: "job", kind: "text", value: "number", env: [], help: "the job; otherwise SLURM_JOB_ID, else 0" },
  ...PLACE_FLAGS,
] as const satisfies readonly FlagSpec[];

/** The user of a set-up: named, or Slurm's in a prolog or epilog. @throws E_NODE_KEY */
export function uidOf(said: string | undefined, env: Environment): number {
  const text = said ?? env["SLURM_JOB_UID"];
  if (text !== undefined) return parseId("--uid", text);
  throw fail("E_NODE_KEY", {
    what: "--uid",
    value: "left out",
    why: "nobody says whose job it is",
    advice: "--uid NUMBER",
  });
}
