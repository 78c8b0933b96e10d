// `berth instance list`: a table for people, or Apptainer's JSON.

import { knownInstances } from "../../run/instances/known.ts";
import type { InstanceRecord } from "../../run/instances/record.ts";
import type { Context } from "../context.ts";
import type { FlagValues } from "../flags.ts";
import { print } from "../output.ts";
import { table } from "../table.ts";
import type { LIST_FLAGS } from "./flags.ts";
import { folderOf } from "./owner.ts";

/** Prints the running instances. */
export async function listInstances(
  pattern: string | undefined,
  flags: FlagValues<typeof LIST_FLAGS>,
  context: Context,
): Promise<void> {
  const found = await knownInstances(folderOf(flags.user, context), pattern);
  if (flags.json) return print(`${JSON.stringify({ instances: found.map(asJson) }, null, "\t")}\n`);
  if (flags.logs) {
    const rows = found.map(({ name, pid, out, err }) => [name, String(pid), err, out]);
    return print(table(["INSTANCE NAME", "PID", "ERROR LOG", "OUTPUT LOG"], rows));
  }
  // No instance has an address of its own: the network is the host's, or none.
  const rows = found.map(({ name, pid, image }) => [name, String(pid), "", image]);
  print(table(["INSTANCE NAME", "PID", "IP", "IMAGE"], rows));
}

function asJson({ name, pid, image, out, err, started }: InstanceRecord) {
  return { instance: name, pid, img: image, ip: "", logErrPath: err, logOutPath: out, started };
}
