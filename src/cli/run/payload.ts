// What the commands that start a payload do, once their flags are read. No parser is loaded here: this is the way of
// every start.

import { resolve } from "node:path";
import { defineErrors } from "../../base/errors.ts";
import type { KeyFinder } from "../../run/encrypted-root.ts";
import { workingDirectory } from "../../run/host.ts";
import type { Confinement } from "../../run/limits/confine.ts";
import { encodePlan } from "../../run/plan-format.ts";
import { prepare } from "../../run/preparation.ts";
import type { LaunchRequest } from "../../run/request.ts";
import { getReady, type Ready } from "../../run/start.ts";
import type { Context } from "../context.ts";
import type { FlagValues } from "../flags.ts";
import { POLICY_FLAGS, SOURCE_FLAGS } from "../source-flags.ts";
import { RUN_FLAGS, SHELL_FLAGS } from "./flags.ts";
import { imageFile } from "./image-file.ts";
import { KEY_FLAGS } from "./key-flags.ts";
import { LIMIT_FLAGS } from "./limit-flags.ts";
import { toRequest } from "./request.ts";
import { orRemove, removeForgotten } from "./temporary-image.ts";

const fail = defineErrors({
  E_ARGUMENTS: {
    text: 'Error for command "{command}": requires at least {want} arg(s), only received {got}',
    hint: "usage: berth {command} [flags] {usage}",
    exit: 1,
  },
  E_PLAN_ENCRYPTED: {
    text: "the image {path} is encrypted: its plan would hold the passphrase, and is not printed",
    hint: "start it with berth exec; berth plan shows the plans of other images",
    exit: 1,
  },
});

/** What tells the commands apart. */
export interface PayloadForm {
  readonly name: string;
  readonly command: LaunchRequest["command"];
  readonly usage: string;
  /** Fewest words after the flags. */
  readonly words: number;
  readonly summary: string;
  /** Print the plan instead of becoming the launcher. */
  readonly print?: boolean;
}

export const PAYLOAD_FORMS = {
  run: { name: "run", command: "run", usage: "IMAGE [ARGS…]", words: 1, summary: "run what the image is made to run" },
  exec: {
    name: "exec",
    command: "exec",
    usage: "IMAGE COMMAND [ARGS…]",
    words: 2,
    summary: "run a program of your choice in an image",
  },
  shell: { name: "shell", command: "shell", usage: "IMAGE", words: 1, summary: "start a shell in an image" },
  test: { name: "test", command: "test", usage: "IMAGE [ARGS…]", words: 1, summary: "run the test script of an image" },
  plan: {
    name: "plan",
    command: "exec",
    usage: "IMAGE COMMAND [ARGS…]",
    words: 2,
    summary: "print the launch plan of a command, for berth-launch",
    print: true,
  },
} as const satisfies Readonly<Record<string, PayloadForm>>;

/** Flags of all these commands; `--shell` means something to `shell` only. */
export const PAYLOAD_FLAGS = [
  ...RUN_FLAGS,
  ...KEY_FLAGS,
  ...LIMIT_FLAGS,
  ...SHELL_FLAGS,
  ...SOURCE_FLAGS,
  ...POLICY_FLAGS,
] as const;

/** Starts the payload, and does not return; or prints its plan. @throws E_ARGUMENTS and every failure of a start */
export async function performPayload(
  form: PayloadForm,
  flags: FlagValues<typeof PAYLOAD_FLAGS>,
  words: readonly string[],
  context: Context,
): Promise<void> {
  if (words.length < form.words) {
    throw fail("E_ARGUMENTS", { command: form.name, want: form.words, got: words.length, usage: form.usage });
  }
  if (words[0]?.startsWith("instance://")) {
    const { joinInstance } = await import("./join.ts");
    return joinInstance(form, flags, words, context);
  }
  const { ready } = await getReadyFor(form.command, flags, words, context);
  // `test` of an image without a test script.
  if (ready.plan.argv.length === 0) return removeForgotten(ready.plan.forget);
  await orRemove(ready.plan.forget, () => carryOut(form, flags, ready, context));
}

async function carryOut(
  form: PayloadForm,
  flags: FlagValues<typeof PAYLOAD_FLAGS>,
  ready: Ready,
  context: Context,
): Promise<void> {
  if (form.print && ready.plan.root.kind === "encrypted")
    throw fail("E_PLAN_ENCRYPTED", { path: ready.plan.root.file });
  prepare(ready.prepare);
  // A saved plan is for other callers, whose limits are their own.
  if (form.print) return void (await import("../output.ts")).print(encodePlan({ ...ready.plan, limits: [] }));
  const { becomeLauncher } = await import("../../run/launch.ts");
  const { ownProgram } = await import("../../run/programs.ts");
  const limits = await limitsOf(flags, context);
  const plan = limits ? { ...ready.plan, controlGroup: limits.controlGroup } : ready.plan;
  becomeLauncher(ownProgram("berth-launch", context.env), encodePlan(plan), ready.runtime, limits);
}

/** The limits that the flags ask for, granted; undefined, and nothing loaded, without such flags. @throws E_LIMIT… */
export async function limitsOf(
  flags: FlagValues<typeof LIMIT_FLAGS>,
  context: Context,
): Promise<Confinement | undefined> {
  if (LIMIT_FLAGS.every(({ long }) => flags[long] === undefined)) return undefined;
  const { limitsFor } = await import("./limits.ts");
  return limitsFor(flags, context);
}

/** Everything made ready for a command on an image. `adjust` has the last word on the request. @throws every failure of a start */
export async function getReadyFor(
  command: LaunchRequest["command"],
  flags: FlagValues<typeof PAYLOAD_FLAGS>,
  words: readonly string[],
  context: Context,
  adjust: (request: LaunchRequest) => LaunchRequest = (request) => request,
): Promise<{ readonly ready: Ready; readonly request: LaunchRequest }> {
  const { env, user, log } = context;
  const [image = "", ...args] = words;
  const cwd = workingDirectory();
  const request = adjust(requestFor(command, flags, args, context));
  const { path, temporary } = await imageFile(image, flags, context);
  const cdiDirs = commaSeparated(flags["cdi-dirs"]);
  const findKey: KeyFinder = async (locked) => (await import("./image-key.ts")).imageKey(locked, flags, context);
  const start = { image: resolve(cwd, path), request, env, user, log, ...overrideSources(flags), cdiDirs, findKey };
  const forget = temporary ? [start.image] : undefined;
  const ready = await orRemove(forget, () => getReady(start));
  return { ready: forget ? { ...ready, plan: { ...ready.plan, forget } } : ready, request };
}

/** The request that flags and arguments make. @throws usage failures of single flags */
export function requestFor(
  command: LaunchRequest["command"],
  flags: FlagValues<typeof PAYLOAD_FLAGS>,
  args: readonly string[],
  { log }: Context,
): LaunchRequest {
  if (command === "shell" && args.length > 0) log.warn(`Ignoring the arguments after the image: ${args.join(" ")}`);
  return toRequest(flags, { command, args, shell: flags.shell }, workingDirectory());
}

/** What the flags say of the environment. */
export function overrideSources(flags: FlagValues<typeof PAYLOAD_FLAGS>): {
  envFlags: readonly string[];
  envFiles: readonly string[];
} {
  return { envFlags: flags.env, envFiles: commaSeparated(flags["env-file"]) };
}

function commaSeparated(list: readonly string[]): string[] {
  return list.flatMap((text) => text.split(",")).filter((part) => part !== "");
}
