// `berth oci`: berth as a runtime of the OCI runtime specification, with the command line that runc and crun have, so that batch systems and
// container managers can call it. What a command does is in src/bundle.

import { appendFileSync } from "node:fs";
import { Command } from "commander";
import { BerthError, reasonOf } from "../base/errors.ts";
import type { ContainerWish } from "../bundle/create.ts";
import { addFlags, readFlags } from "./command-flags.ts";
import type { Context } from "./context.ts";
import type { FlagSpec, FlagValues } from "./flags.ts";

const GLOBAL_FLAGS = [
  {
    long: "root",
    kind: "text",
    value: "dir",
    env: ["OCI_ROOT"],
    help: "where containers are known (default: in the run-time folder)",
  },
  { long: "log", kind: "text", value: "file", env: [], help: "write errors to this file, too" },
  { long: "log-format", kind: "text", value: "text|json", env: [], help: "form of that file" },
  {
    long: "ignore",
    kind: "list",
    value: "names",
    env: ["OCI_IGNORE"],
    help: "properties of config.json that berth may pass over",
  },
  {
    long: "pass-env",
    kind: "list",
    value: "names",
    env: ["OCI_PASS_ENV"],
    help: "variables of the caller that the program gets; * stands for any end: SLURM*,PMI*",
  },
  { long: "device", kind: "list", value: "vendor/class=name", env: ["DEVICE"], help: "add a device, through CDI" },
  { long: "nv", kind: "switch", env: ["NV"], help: "add the NVIDIA GPUs that the caller may see" },
  { long: "rocm", kind: "switch", env: ["ROCM"], help: "add the AMD GPUs that the caller may see" },
  { long: "cdi-dirs", kind: "list", value: "dirs", env: ["CDI_DIRS"], help: "where CDI specifications are" },
  {
    long: "rootless",
    kind: "text",
    value: "true|false|auto",
    env: [],
    help: "for others' command lines: always as it must be",
    hidden: true,
  },
  { long: "systemd-cgroup", kind: "switch", env: [], help: "for others' command lines", hidden: true },
  { long: "debug", kind: "switch", env: [], help: "for others' command lines", hidden: true },
] as const satisfies readonly FlagSpec[];

const CREATE_FLAGS = [
  { long: "bundle", short: "b", kind: "text", value: "dir", env: [], help: "the bundle (default: the current folder)" },
  { long: "pid-file", kind: "text", value: "file", env: [], help: "write the number of the container's process here" },
  {
    long: "console-socket",
    kind: "text",
    value: "path",
    env: [],
    help: "refused: berth passes no terminals on",
    hidden: true,
  },
  { long: "preserve-fds", kind: "text", value: "n", env: [], help: "descriptors from 3 on that the program keeps" },
  { long: "no-pivot", kind: "switch", env: [], help: "for others' command lines", hidden: true },
  { long: "no-new-keyring", kind: "switch", env: [], help: "for others' command lines", hidden: true },
] as const satisfies readonly FlagSpec[];

const RUN_FLAGS = [
  ...CREATE_FLAGS,
  { long: "detach", short: "d", kind: "switch", env: [], help: "return as soon as the program was started" },
  { long: "keep", kind: "switch", env: [], help: "know the container until it is deleted" },
] as const satisfies readonly FlagSpec[];

type GlobalValues = FlagValues<typeof GLOBAL_FLAGS>;

/** `berth oci`. */
export function ociCommand(context: Context): Command {
  const oci = addFlags(new Command("oci"), GLOBAL_FLAGS)
    .description("Run bundles of the OCI runtime specification without privileges, as runc and crun are called.")
    .addCommand(createCommand(context))
    .addCommand(startCommand(context))
    .addCommand(runCommand(context))
    .addCommand(stateCommand(context))
    .addCommand(killCommand(context))
    .addCommand(deleteCommand(context));
  return oci.addCommand(featuresCommand());
}

function createCommand(context: Context): Command {
  return addFlags(new Command("create"), CREATE_FLAGS)
    .summary("make a container that waits for its start")
    .description("Make a container of a bundle. Its program runs when it is started.")
    .argument("<id>")
    .action(async (id: string, _options: unknown, command: Command) =>
      perform(command, context, async (global) => {
        const { createContainer } = await import("../bundle/create.ts");
        await createContainer(await containerWish(id, readFlags(command, CREATE_FLAGS, context.env), global, context));
      }),
    );
}

function runCommand(context: Context): Command {
  return addFlags(new Command("run"), RUN_FLAGS)
    .summary("make a container, and become its program")
    .description("Make a container of a bundle, and become its program.")
    .argument("<id>")
    .action(async (id: string, _options: unknown, command: Command) =>
      perform(command, context, async (global) => {
        const flags = readFlags(command, RUN_FLAGS, context.env);
        const wish = await containerWish(id, flags, global, context);
        if (!flags.detach) return (await import("../bundle/run.ts")).runContainer(wish, flags.keep);
        const [{ createContainer }, { startContainer }] = await Promise.all([
          import("../bundle/create.ts"),
          import("../bundle/operations.ts"),
        ]);
        await createContainer(wish);
        await startContainer(wish.root, id, context.signal);
      }),
    );
}

function startCommand(context: Context): Command {
  return new Command("start")
    .summary("start the program of a container")
    .description("Start the program of a container that was created.")
    .argument("<id>")
    .action(async (id: string, _options: unknown, command: Command) =>
      perform(command, context, async (global) => {
        const { startContainer } = await import("../bundle/operations.ts");
        await startContainer(await rootOf(global, context), id, context.signal);
      }),
    );
}

function stateCommand(context: Context): Command {
  return new Command("state")
    .summary("print what a container is, as JSON")
    .description("Print what a container is: created, running or stopped, as JSON.")
    .argument("<id>")
    .action(async (id: string, _options: unknown, command: Command) =>
      perform(command, context, async (global) => {
        const [{ containerState }, { print }] = await Promise.all([
          import("../bundle/operations.ts"),
          import("./output.ts"),
        ]);
        print(`${JSON.stringify(await containerState(await ownedRoot(global, context), id), undefined, 2)}\n`);
      }),
    );
}

const KILL_FLAGS = [
  {
    long: "all",
    short: "a",
    kind: "switch",
    env: [],
    help: "all processes of the container, when it has a PID namespace",
  },
] as const satisfies readonly FlagSpec[];

function killCommand(context: Context): Command {
  return addFlags(new Command("kill"), KILL_FLAGS)
    .summary("send a signal to a container")
    .description("Send a signal (TERM unless one is named) to the program of a container.")
    .argument("<id>")
    .argument("[signal]", "a name or a number", "TERM")
    .action(async (id: string, signal: string, _options: unknown, command: Command) =>
      perform(command, context, async (global) => {
        const [{ killContainer }, { signalNumber }] = await Promise.all([
          import("../bundle/operations.ts"),
          import("../run/instances/signals.ts"),
        ]);
        await killContainer(await ownedRoot(global, context), id, signalNumber(signal));
      }),
    );
}

const DELETE_FLAGS = [
  { long: "force", short: "f", kind: "switch", env: [], help: "end it first; one that does not exist is no error" },
] as const satisfies readonly FlagSpec[];

function deleteCommand(context: Context): Command {
  return addFlags(new Command("delete"), DELETE_FLAGS)
    .summary("forget a container that has ended")
    .description("Forget a container that has ended.")
    .argument("<id>")
    .action(async (id: string, _options: unknown, command: Command) =>
      perform(command, context, async (global) => {
        const { deleteContainer } = await import("../bundle/operations.ts");
        const { force } = readFlags(command, DELETE_FLAGS, context.env);
        await deleteContainer(await ownedRoot(global, context), id, force, context.signal);
      }),
    );
}

function featuresCommand(): Command {
  return new Command("features")
    .summary("print what this runtime can do, as JSON")
    .description("Print what this runtime can do, as JSON.")
    .action(async () => {
      const [{ runtimeFeatures }, { print }, { VERSION }] = await Promise.all([
        import("../bundle/features.ts"),
        import("./output.ts"),
        import("./version.ts"),
      ]);
      print(`${JSON.stringify(runtimeFeatures(VERSION), undefined, 2)}\n`);
    });
}

// slurmstepd asks for, ends and removes its users' containers as root.
async function ownedRoot(global: GlobalValues, context: Context): Promise<string> {
  const root = await rootOf(global, context);
  (await import("../bundle/owner.ts")).becomeOwner(root);
  return root;
}

async function rootOf({ root }: GlobalValues, { env, user }: Context): Promise<string> {
  const [{ defaultRoot }, { resolve }] = await Promise.all([import("../bundle/containers.ts"), import("node:path")]);
  return root === undefined ? defaultRoot(env, user) : resolve(root);
}

async function containerWish(
  id: string,
  flags: FlagValues<typeof CREATE_FLAGS>,
  global: GlobalValues,
  context: Context,
): Promise<ContainerWish> {
  const { fail } = await import("../bundle/errors.ts");
  if (flags["console-socket"] !== undefined) throw fail("E_CONSOLE");
  const { env, user, log } = context;
  const gpus = [...(global.nv ? ["?nvidia.com/gpu=all"] : []), ...(global.rocm ? ["?amd.com/gpu=all"] : [])];
  return {
    devices: [...gpus, ...commaSeparated(global.device)],
    cdiDirs: commaSeparated(global["cdi-dirs"]),
    ...{ id, env, user, log, root: await rootOf(global, context), now: Date.now },
    bundle: flags.bundle ?? ".",
    pidFile: flags["pid-file"],
    ignored: commaSeparated(global.ignore),
    passEnv: commaSeparated(global["pass-env"]),
    keepFds: Array.from({ length: await count(flags["preserve-fds"]) }, (_, n) => n + 3),
  };
}

function commaSeparated(list: readonly string[]): string[] {
  return list.flatMap((text) => text.split(",")).filter((name) => name !== "");
}

const MAX_DESCRIPTORS = 200;

async function count(text: string | undefined): Promise<number> {
  if (text === undefined) return 0;
  const { parseCount } = await import("./oci-values.ts");
  return parseCount(text, MAX_DESCRIPTORS);
}

// Callers read errors from the file that --log names.
async function perform(
  command: Command,
  { env }: Context,
  act: (global: GlobalValues) => Promise<void>,
): Promise<void> {
  const global = readFlags(command.parent ?? command, GLOBAL_FLAGS, env);
  try {
    await act(global);
  } catch (error) {
    if (global.log !== undefined) writeLog(global.log, global["log-format"] === "json", error);
    throw error;
  }
}

function writeLog(path: string, json: boolean, error: unknown): void {
  const msg = error instanceof BerthError && error.hint ? `${error.message} (${error.hint})` : reasonOf(error);
  const time = new Date().toISOString();
  const line = json
    ? JSON.stringify({ level: "error", msg, time })
    : `time="${time}" level=error msg=${JSON.stringify(msg)}`;
  try {
    appendFileSync(path, `${line}\n`);
  } catch {
    // The error itself is told on standard error in any case.
  }
}
