// `exec`, `run`, `shell` and `test` on instance://NAME: the program starts in the instance. Loaded only then.

import { defineErrors } from "../../base/errors.ts";
import { fail as failInstance } from "../../run/instances/errors.ts";
import { instanceFolder, instanceNamed } from "../../run/instances/folder.ts";
import { planJoin } from "../../run/instances/join.ts";
import { runningInstance } from "../../run/instances/known.ts";
import { becomeLauncher } from "../../run/launch.ts";
import { sayNotes } from "../../run/notes.ts";
import { encodeJoinPlan } from "../../run/plan-format.ts";
import { ownProgram } from "../../run/programs.ts";
import { ensureRuntimeDir } from "../../run/runtime-dir.ts";
import type { Context } from "../context.ts";
import type { FlagValues } from "../flags.ts";
import { overrideSources, type PAYLOAD_FLAGS, type PayloadForm, requestFor } from "./payload.ts";

const fail = defineErrors({
  E_PLAN_INSTANCE: {
    text: "a plan is for launches: it cannot be made for an instance",
    hint: "join the instance with: berth exec instance://NAME PROGRAM",
    exit: 1,
  },
});

/** Starts a program in an instance, and does not return. @throws E_INSTANCE_NONE, E_INSTANCE_NAME and the failures of payloads */
export async function joinInstance(
  form: PayloadForm,
  flags: FlagValues<typeof PAYLOAD_FLAGS>,
  words: readonly string[],
  context: Context,
): Promise<void> {
  const { env, user, log } = context;
  const [image = "", ...args] = words;
  if (form.print) throw fail("E_PLAN_INSTANCE");
  const name = instanceNamed(image) ?? "";
  const record = await runningInstance(instanceFolder(env, user), name);
  if (!record) throw failInstance("E_INSTANCE_NONE", { name });
  const request = requestFor(form.command, flags, args, context);
  const { plan, notes } = await planJoin({ record, request, env, user, ...overrideSources(flags) });
  sayNotes(notes, log);
  // `test` of an image without a test script.
  if (plan.argv.length === 0) return;
  becomeLauncher(ownProgram("berth-join", env), encodeJoinPlan(plan), ensureRuntimeDir(env, user));
}
