// `berth slurm prolog|epilog`: root's work for a job on its node. By Slurm's plugin, or as Prolog= and Epilog= themselves.

import { Command } from "commander";
import { addFlags, readFlags } from "../command-flags.ts";
import type { Context } from "../context.ts";
import { JOB_FLAGS } from "./job-flags.ts";

export function prologCommand(context: Context): Command {
  const command = new Command("prolog")
    .summary("set up what a job asks for")
    .description(
      "Set a job's container up, as root before it begins. What the job wants stands in SPANK_SHIFTER_… variables, or in its comment. A job that asks for what it may not have is told so when it starts; the status says whether the node is well.",
    );
  return addFlags(command, JOB_FLAGS).action(async () => {
    const flags = readFlags(command, JOB_FLAGS, context.env);
    const { runProlog } = await import("./run-prolog.ts");
    await runProlog(flags, context);
  });
}

export function epilogCommand(context: Context): Command {
  const command = new Command("epilog")
    .summary("take down what was set up for a job")
    .description("Take a job's container down, as root after it has ended, and end what its set-up had started.");
  return addFlags(command, JOB_FLAGS).action(async () => {
    const flags = readFlags(command, JOB_FLAGS, context.env);
    const { runEpilog } = await import("./run-prolog.ts");
    await runEpilog(flags, context);
  });
}
