// `berth slurm extern`: root's work in a job's outer step, called by Slurm's plugin.

import { Command } from "commander";
import { addFlags, readFlags } from "../command-flags.ts";
import type { Context } from "../context.ts";
import type { FlagSpec } from "../flags.ts";
import { JOB_FLAGS, jobOf } from "./job-flags.ts";

const FLAGS = [
  ...JOB_FLAGS,
  { long: "step-daemon", kind: "text", value: "pid", env: [], help: "the slurmstepd of the step" },
  { long: "setup", kind: "text", value: "file", env: [], help: "a script of the site's, run as root" },
] as const satisfies readonly FlagSpec[];

export function externCommand(context: Context): Command {
  const command = new Command("extern")
    .summary("make a job's outer step ready")
    .description("Move what a job's set-up has started into its outer step, and run the site's script for it.");
  return addFlags(command, FLAGS).action(async () => {
    const flags = readFlags(command, FLAGS, context.env);
    const { groupMembers, jobGroup } = await import("../../batch/slurm/control-group.ts");
    const { moveToStep, runScript } = await import("../../batch/slurm/outer-step.ts");
    const { markOuterStep } = await import("../../batch/slurm/marks.ts");
    const { key, site } = await jobOf(flags, context);
    const { "memory-cgroup": group, "step-daemon": daemon, setup } = flags;
    const members = group === undefined ? [] : groupMembers(jobGroup(group, key));
    if (members.length > 0 && daemon !== undefined) moveToStep(members, Number(daemon));
    if (setup !== undefined) runScript(setup, key);
    markOuterStep(site.nodeDir, key);
  });
}
