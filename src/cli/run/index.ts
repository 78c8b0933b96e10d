// The commands that start a payload, for the full parser: run, exec, shell, test, and plan, which prints what would be done.

import { Command } from "commander";
import { addFlags, readFlags } from "../command-flags.ts";
import type { Context } from "../context.ts";
import type { FlagSpec } from "../flags.ts";
import { PAYLOAD_FLAGS, PAYLOAD_FORMS, type PayloadForm, performPayload } from "./payload.ts";

/** `berth run IMAGE [ARGS…]` */
export function runCommand(context: Context): Command {
  return payloadCommand(PAYLOAD_FORMS.run, context);
}

/** `berth exec IMAGE COMMAND [ARGS…]` */
export function execCommand(context: Context): Command {
  return payloadCommand(PAYLOAD_FORMS.exec, context);
}

/** `berth shell IMAGE` */
export function shellCommand(context: Context): Command {
  return payloadCommand(PAYLOAD_FORMS.shell, context);
}

/** `berth test IMAGE [ARGS…]` */
export function testCommand(context: Context): Command {
  return payloadCommand(PAYLOAD_FORMS.test, context);
}

/** `berth plan IMAGE COMMAND [ARGS…]`: the plan of `exec` on standard output, for berth-launch. */
export function planCommand(context: Context): Command {
  return payloadCommand(PAYLOAD_FORMS.plan, context);
}

function payloadCommand(form: PayloadForm, context: Context): Command {
  const specs: readonly FlagSpec[] = PAYLOAD_FLAGS;
  return addFlags(
    new Command(form.name),
    specs.filter(({ long }) => long !== "shell" || form.name === "shell"),
  )
    .summary(form.summary)
    .description(form.summary)
    .usage(`[flags] ${form.usage}`)
    .argument("[words...]")
    .passThroughOptions()
    .action((words: string[], _options: unknown, command: Command) =>
      performPayload(form, readFlags(command, PAYLOAD_FLAGS, context.env), words, context),
    );
}
