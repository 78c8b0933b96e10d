// `berth stack exec` and `berth service exec`: a program in a container, on this terminal. Its exit status is ours.

import { Command } from "commander";
import type { Context } from "../context.ts";
import type { FlagSpec, FlagValues } from "../flags.ts";
import { acting, numberIn, type ServicesCall, serviceIn } from "./call.ts";

const FLAGS = [
  { long: "user", short: "u", kind: "text", value: "user", env: [], help: "as this user of the container" },
  { long: "slot", kind: "text", value: "number", env: [], help: "in this replica; the first that runs unless said" },
  { long: "no-tty", short: "T", kind: "switch", env: [], help: "without a terminal" },
] as const satisfies readonly FlagSpec[];

export function execCommand(context: Context): Command {
  const command = new Command("exec")
    .summary("run a program in a container of a stack")
    .argument("<stack>", "its name")
    .argument("<service>", "in which service")
    .argument("[command...]", "the program and its arguments; a shell unless said")
    .passThroughOptions();
  return acting(command, context, FLAGS, (call, flags, [stack = "", service = "", ...argv]) =>
    run(call, flags, { stack, service }, argv),
  );
}

export function serviceExecCommand(context: Context): Command {
  const command = new Command("exec")
    .summary("run a program in a container of a service")
    .argument("<stack/service>", "which one")
    .argument("[command...]", "the program and its arguments; a shell unless said")
    .passThroughOptions();
  return acting(command, context, FLAGS, (call, flags, [text = "", ...argv]) =>
    run(call, flags, serviceIn(text), argv),
  );
}

async function run(
  call: ServicesCall,
  flags: FlagValues<typeof FLAGS>,
  at: { readonly stack: string; readonly service: string },
  argv: readonly string[],
): Promise<void> {
  const { openShell } = await import("./shell-client.ts");
  const tty = process.stdin.isTTY === true && process.stdout.isTTY === true && !flags["no-tty"];
  const { stdin, stdout, stderr } = process;
  const wish = {
    ...at,
    argv: programIn(argv),
    tty,
    user: flags.user,
    slot: numberIn(flags.slot, "number of a replica"),
  };
  process.exitCode = await openShell(call, wish, { stdin, stdout, stderr });
}

// Many write `--` before the program, as other tools want it.
function programIn(argv: readonly string[]): readonly string[] {
  const words = argv[0] === "--" ? argv.slice(1) : argv;
  return words.length > 0 ? words : ["/bin/sh"];
}
