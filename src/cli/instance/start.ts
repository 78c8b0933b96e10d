// `berth instance start` and `run`: everything as for `run`, but the launcher is left behind instead of becoming the process.

import { writeFile } from "node:fs/promises";
import { defineErrors, reasonOf } from "../../base/errors.ts";
import { instanceFolder, parseInstanceName } from "../../run/instances/folder.ts";
import { refuseTaken } from "../../run/instances/known.ts";
import type { InstanceRecord, JoinFacts } from "../../run/instances/record.ts";
import { imageStopSignal, signalNumber } from "../../run/instances/signals.ts";
import { startInstance } from "../../run/instances/start.ts";
import { stopInstance } from "../../run/instances/stop.ts";
import { prepare } from "../../run/preparation.ts";
import { ownProgram } from "../../run/programs.ts";
import type { LaunchRequest } from "../../run/request.ts";
import type { Ready } from "../../run/start.ts";
import type { Context } from "../context.ts";
import type { FlagValues } from "../flags.ts";
import { getReadyFor, limitsOf, type PAYLOAD_FLAGS } from "../run/payload.ts";
import { orRemove } from "../run/temporary-image.ts";
import type { START_FLAGS } from "./flags.ts";

const fail = defineErrors({
  E_INSTANCE_ARGUMENTS: {
    text: 'Error for command "instance {command}": requires at least 2 arg(s), only received {got}',
    hint: "usage: berth instance {command} [flags] IMAGE NAME [ARGS…]",
    exit: 1,
  },
  E_BOOT: {
    text: "--boot is not offered: an image's own init system needs real root and rights that no user has here",
    hint: "start what the image serves by itself: berth instance run IMAGE NAME, or a start script",
  },
  E_INSTANCE_NESTED: {
    text: "an instance is started from an image; {image} is an instance already",
    hint: "start a program in it with: berth exec {image} PROGRAM",
    exit: 1,
  },
  E_PID_FILE: { text: "cannot write the process number to {path}: {reason}", hint: "choose a place you may write to" },
});

/** Starts an instance and returns when its program runs. @throws E_INSTANCE_… and every failure of a start */
export async function startNamed(
  command: "start" | "run",
  flags: FlagValues<typeof PAYLOAD_FLAGS>,
  own: FlagValues<typeof START_FLAGS>,
  words: readonly string[],
  context: Context,
): Promise<void> {
  if (own.boot) throw fail("E_BOOT");
  const [image = "", givenName = "", ...args] = words;
  if (words.length < 2) throw fail("E_INSTANCE_ARGUMENTS", { command, got: words.length });
  if (image.startsWith("instance://")) throw fail("E_INSTANCE_NESTED", { image });
  const name = parseInstanceName(givenName);
  const { env, user, log, signal } = context;
  const folder = instanceFolder(env, user);
  // Before an image is fetched for nothing; it counts when the name is reserved.
  await refuseTaken(folder, name);
  const { ready, request } = await getReadyFor(command, flags, [image, ...args], context, (wish) =>
    asInstance(wish, name),
  );
  const record = await orRemove(ready.plan.forget, async () => {
    prepare(ready.prepare);
    const limits = await limitsOf(flags, context);
    return startInstance({
      ...{ folder, name, image: ready.inside.image.path, signal },
      plan: { ...ready.plan, controlGroup: limits?.controlGroup },
      join: joinFacts(ready, request),
      stopSignal: imageStopSignal(ready.inside.image.facts.config?.StopSignal),
      launcher: ownProgram("berth-launch", env),
      by: limits,
      now: Date.now,
    });
  });
  if (own["pid-file"] !== undefined) await writeNumber(own["pid-file"], folder, record, context);
  log.info("instance started successfully");
}

// Whoever wanted the file counts on it.
async function writeNumber(path: string, folder: string, record: InstanceRecord, { env }: Context): Promise<void> {
  try {
    await writeFile(path, `${record.pid}\n`);
  } catch (cause) {
    await stopInstance(
      { path: folder },
      record,
      { signal: signalNumber("KILL"), patience: 0 },
      ownProgram("berth-join", env),
    );
    throw fail("E_PID_FILE", { path, reason: reasonOf(cause) }, { cause });
  }
}

// Processes that outlive each other need a PID 1 of their own, and queues and names of their own keep instances apart.
function asInstance(request: LaunchRequest, instance: string): LaunchRequest {
  return { ...request, instance, pid: true, init: true, ipc: true, uts: true };
}

function joinFacts({ plan, inside, home }: Ready, request: LaunchRequest): JoinFacts {
  const { keepCaps, caps, setid, pretendIds } = plan;
  const { docker, contain, fixedUmask, binds } = request;
  return { ...inside, home, docker, contain, fixedUmask, binds, identity: { keepCaps, caps, setid, pretendIds } };
}
