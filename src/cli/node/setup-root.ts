// `setupRoot` and `unsetupRoot`: Shifter's names for set-up and teardown, with Shifter's arguments (spec/shifter.md 7.1), so
// that a site's scripts and other plugins go on working.

import { defineErrors, reasonOf } from "../../base/errors.ts";
import { readOptions } from "../../batch/getopt.ts";
import { keyOfName, parseId, parseJob } from "../../batch/node/place.ts";
import type { Context } from "../context.ts";
import { print } from "../output.ts";

const fail = defineErrors({
  E_SETUP_ROOT: {
    text: "setupRoot: {problem}",
    hint: 'setupRoot -U UID [-G GID] [-u USER] [-N "host/n …"] [-s SSHKEY] [-m MODULES] [-v VOLUME]… [-V] TYPE IDENTIFIER',
    exit: 1,
  },
});

const OPTIONS = [
  { long: ["uid"], short: "U", value: "needed" },
  { long: ["gid"], short: "G", value: "needed" },
  { long: ["user"], short: "u", value: "needed" },
  { long: ["nodes"], short: "N", value: "needed" },
  { long: ["sshPubKey"], short: "s", value: "needed" },
  { long: ["modules"], short: "m", value: "needed" },
  { long: ["volume"], short: "v", value: "needed" },
  { long: ["verbose"], short: "V", value: "none" },
] as const;

/** `setupRoot`. @throws E_SETUP_ROOT, and what set-ups fail with */
export async function runSetupRoot(words: readonly string[], context: Context): Promise<number> {
  const bad = (problem: string) => fail("E_SETUP_ROOT", { problem });
  const { options, rest } = readOptions(words, OPTIONS, bad);
  const all = (name: string) => options.filter((one) => one.name === name).flatMap(({ value }) => value ?? []);
  const [type, identifier, ...more] = rest;
  if (type === undefined || identifier === undefined || more.length > 0)
    throw bad("a TYPE and an IDENTIFIER are needed");
  const [uid, gid] = [all("uid").at(-1), all("gid").at(-1)];
  if (uid === undefined) throw bad("FAILED to lookup auxiliary gids: nobody says whose container it is");
  const { performSetup } = await import("./perform-setup.ts");
  await performSetup(
    {
      ...{ uid: parseId("-U", uid), gid: gid === undefined ? undefined : parseId("-G", gid) },
      ...{ user: all("user").at(-1), job: parseJob(context.env["SLURM_JOB_ID"]) },
      ...{ image: `${type}:${identifier}`, asked: undefined, volumes: all("volume"), modules: all("modules").at(-1) },
      ...{ hosts: all("nodes").at(-1), sshKey: all("sshPubKey").at(-1), nodeDir: undefined, config: undefined },
    },
    context,
  );
  if (options.some(({ name }) => name === "verbose")) await showConfig(context);
  return 0;
}

async function showConfig({ env }: Context): Promise<void> {
  const { readNodeConfig } = await import("../../site/node-config-read.ts");
  const { settings } = await readNodeConfig({ env });
  print(settings.map(({ key, value }) => `${key} = ${value}\n`).join(""));
}

/**
 * `unsetupRoot`: takes down what is set up for the job of the epilog that calls it (SLURM_JOB_UID, SLURM_JOB_ID), or all that
 * was set up for no job. It always succeeds, as Shifter's does; what went wrong is said.
 */
export async function runUnsetupRoot(context: Context): Promise<number> {
  try {
    await takeAllDown(context);
  } catch (error) {
    context.log.warn(reasonOf(error));
  }
  return 0;
}

async function takeAllDown(context: Context): Promise<void> {
  const { env, log } = context;
  const [{ requireRoot }, { configuredPlace }, { takeDown }] = await Promise.all([
    import("../../batch/node/setup.ts"),
    import("./configured-place.ts"),
    import("./take-down.ts"),
  ]);
  requireRoot();
  const { nodeDir } = await configuredPlace({ "node-dir": undefined, config: undefined }, context);
  for (const key of await keysOf(nodeDir, parseJob(env["SLURM_JOB_ID"]), env["SLURM_JOB_UID"])) {
    try {
      await takeDown(key, nodeDir, context);
    } catch (error) {
      log.warn(reasonOf(error));
    }
  }
}

async function keysOf(nodeDir: string, job: string, uid: string | undefined) {
  const { readdirSync, existsSync } = await import("node:fs");
  const keys = existsSync(nodeDir) ? readdirSync(nodeDir).flatMap((name) => keyOfName(name) ?? []) : [];
  return keys.filter((key) => key.job === job && (uid === undefined || String(key.uid) === uid));
}
