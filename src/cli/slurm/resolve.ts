// `berth slurm resolve`: at submission, as the user. Prints the variables that the job and its prolog shall have.

import { Command } from "commander";
import type { SubmitOptions } from "../../batch/slurm/submission.ts";
import type { Context } from "../context.ts";
import { print } from "../output.ts";

/** Options with a value, that may be given again, and switches; `entrypoint` is both. */
const VALUES = [
  ["image <type:name>", "the image in which shifter runs programs of the job"],
  ["module <list>", "the site's modules, or none"],
  ["container-image <image>", "the same, and the tasks run in it; as pyxis has it"],
  ["container-workdir <path>", "working directory of the tasks in the container"],
  ["container-name <name>", "refused"],
  ["container-save <path>", "refused"],
] as const;
const LISTS = [
  ["volume <from:to[:flag]>", "a volume; repeat, or join with ;"],
  ["env-file <path>", "variables for tasks that run in the image; repeat"],
  ["container-mounts <from:to[:flags],…>", "volumes as pyxis has them"],
  ["container-env <names>", "variables in which the job counts more than the image"],
] as const;
const SWITCHES = [
  ["ccm", "the tasks run in the node's own files as the site dresses them"],
  ["container-entrypoint", "the tasks run by the image's entrypoint"],
  ["no-container-entrypoint", "they do not"],
  ["container-writable", "the tasks may change the container's files"],
  ["container-readonly", "they may not"],
  ["container-mount-home", "the home directory is shown"],
  ["no-container-mount-home", "it is not, unless the site does"],
  ["container-remap-root", "refused"],
  ["no-container-remap-root", "the tasks run as yourself"],
] as const;

type Given = SubmitOptions & { readonly config?: string; readonly pin?: string } & Readonly<Record<string, unknown>>;

export function resolveCommand(context: Context): Command {
  const command = new Command("resolve")
    .summary("look a job's image up when it is submitted")
    .description("Check what a job asks for and look its image up, so that it stays the same until the job runs.")
    .option("--config <file>", "this site.yaml or udiRoot.conf, not those of the machine")
    .option("--pin <time>", "keep the image from being removed for so long, such as 3d");
  for (const [flags, help] of VALUES) named(command, flags, help);
  for (const [flags, help] of LISTS) named(command, flags, help, (value, before) => [...(before ?? []), value]);
  for (const [flags, help] of SWITCHES) named(command, flags, help);
  named(command, "entrypoint [program]", "the tasks run in the image, by its entrypoint or this program");
  return command.action(async (given: Given) => {
    const { resolveJob } = await import("./resolve-job.ts");
    const variables = await resolveJob(withoutDenied(given), { config: given.config, pin: given.pin }, context);
    print(variables.map(([name, value]) => `${name}=${value}\n`).join(""));
  });
}

type Collect = (value: string, before: readonly string[] | undefined) => readonly string[];

// By their own names: the parser would make one option of `x` and `no-x`.
function named(command: Command, flags: string, help: string, collect?: Collect): void {
  const option = command.createOption(`--${flags}`, help);
  option.negate = false;
  const [name = ""] = flags.split(" ");
  option.attributeName = () => name;
  if (collect) option.argParser(collect);
  command.addOption(option);
}

// What says that something shall not be is as good as nothing, unless it stands beside its opposite: then the last word counts,
// and which one that was, only Slurm knew. So the denial does.
function withoutDenied(given: Given): SubmitOptions {
  const denied = [
    ["no-container-entrypoint", "container-entrypoint"],
    ["container-readonly", "container-writable"],
    ["no-container-mount-home", "container-mount-home"],
    ["no-container-remap-root", "container-remap-root"],
  ] as const;
  const gone = denied.filter(([no]) => given[no]).map(([, option]) => option);
  const { entrypoint } = given;
  const kept = Object.entries(given).filter(([name]) => !gone.some((option) => option === name));
  return { ...Object.fromEntries(kept), entrypoint: entrypoint === "" ? true : entrypoint };
}
