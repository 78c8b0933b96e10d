// What the options of sbatch, salloc and srun ask for: Shifter's, and those that users of pyxis know, as far as they mean
// something here. What does not is refused with a reason, never passed over. Pure.

import { fail } from "./errors.ts";
import { pyxisImage, pyxisVolumes } from "./pyxis.ts";

/** The options as they were typed; an option that is given twice counts the last time, lists add up. */
export interface SubmitOptions {
  readonly image?: string | undefined;
  readonly volume?: readonly string[] | undefined;
  readonly module?: string | undefined;
  /** `true`: the image's own. */
  readonly entrypoint?: string | true | undefined;
  readonly "env-file"?: readonly string[] | undefined;
  readonly ccm?: boolean | undefined;
  readonly "container-image"?: string | undefined;
  readonly "container-mounts"?: readonly string[] | undefined;
  readonly "container-workdir"?: string | undefined;
  readonly "container-env"?: readonly string[] | undefined;
  readonly "container-entrypoint"?: boolean | undefined;
  readonly "container-writable"?: boolean | undefined;
  readonly "container-mount-home"?: boolean | undefined;
  readonly "container-name"?: string | undefined;
  readonly "container-save"?: string | undefined;
  readonly "container-remap-root"?: boolean | undefined;
}

/** What is asked for. */
export interface Submission {
  /** As `shifter --image` takes it; undefined: nothing was said. */
  readonly image: string | undefined;
  /** Undefined: nothing was said. */
  readonly volumes: readonly string[] | undefined;
  readonly modules: string | undefined;
  /** Options of `shifter` with which each task runs in the container; undefined: tasks run outside and call it themselves. */
  readonly task: readonly string[] | undefined;
  readonly ccm: boolean;
}

/** Who submits, and from where. */
export interface Submitter {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
}

/** Reads the options together. @throws E_SLURM_OPTION */
export function readSubmission(options: SubmitOptions, submitter: Submitter): Submission {
  refuseImpossible(options);
  const { ccm = false } = options;
  const mounts = (options["container-mounts"] ?? []).flatMap((text) => pyxisVolumes(text, submitter.cwd));
  const { home } = submitter;
  const more = options["container-mount-home"] ? [...mounts, `${home}:${home}`] : mounts;
  const volumes = options.volume === undefined && more.length === 0 ? undefined : [...(options.volume ?? []), ...more];
  return { image: imageOf(options), volumes, modules: options.module, task: taskOf(options, submitter), ccm };
}

function refuseImpossible(options: SubmitOptions): void {
  const impossible = [
    [
      "container-name",
      "a container ends with its task; nothing of it is kept under a name",
      "build an image: berth build",
    ],
    ["container-save", "what a task changes is not kept", "build an image: berth build"],
    ["container-remap-root", "tasks run as yourself", "berth exec --fakeroot runs a program as root of the container"],
  ] as const;
  for (const [option, why, advice] of impossible) {
    if (options[option]) throw fail("E_SLURM_OPTION", { option, why, advice });
  }
}

function imageOf(options: SubmitOptions): string | undefined {
  const { image, ccm, "container-image": other } = options;
  if (image !== undefined && other !== undefined) throw contradiction("container-image", "--image names one already");
  if (!ccm) return other === undefined ? image : pyxisImage(other);
  if ((image ?? other) !== undefined)
    throw contradiction("ccm", "it is for the node's own files, and an image is named");
  return "local:/";
}

// A task goes into the container when an option speaks of the task itself.
function taskOf(options: SubmitOptions, { env }: Submitter): readonly string[] | undefined {
  const { entrypoint, "env-file": envFiles = [] } = options;
  const inside = options["container-image"] !== undefined || options.ccm || entrypoint !== undefined;
  const words = [
    ...(options["container-entrypoint"] || entrypoint === true ? ["--entrypoint"] : []),
    ...(typeof entrypoint === "string" ? [`--entrypoint=${entrypoint}`] : []),
    ...envFiles.map((path) => `--env-file=${path}`),
    ...optional("workdir", options["container-workdir"]),
    ...keptVariables(options["container-env"] ?? [], env).map((text) => `--env=${text}`),
    ...(options["container-writable"] ? ["--writable-tmpfs"] : []),
  ];
  if (inside) return words.map(checked);
  const option = firstOf(options);
  if (option === undefined) return undefined;
  const why = "it speaks of tasks that run in the container, and these call shifter themselves";
  throw fail("E_SLURM_OPTION", {
    option,
    why,
    advice: "say --container-image or --entrypoint too, or give it to shifter",
  });
}

const OF_TASKS = [
  "env-file",
  "container-entrypoint",
  "container-workdir",
  "container-env",
  "container-writable",
] as const;

function firstOf(options: SubmitOptions): string | undefined {
  return OF_TASKS.find((name) => options[name]);
}

function optional(name: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [`--${name}=${value}`];
}

// Their values now; variables that are not set, or empty, cannot count more than the image's.
function keptVariables(lists: readonly string[], env: Submitter["env"]): readonly string[] {
  const names = lists.flatMap((list) => list.split(",")).map((name) => name.trim());
  return names.filter((name) => env[name]).map((name) => `${name}=${env[name]}`);
}

// The words travel in one variable, a line of an answer.
function checked(word: string): string {
  if (!/[\x00-\x1f\x7f]/.test(word)) return word;
  const option = /^--([a-z-]+)/.exec(word)?.[1] ?? "";
  throw fail("E_SLURM_OPTION", { option, why: "its value has a control character", advice: "leave it out" });
}

function contradiction(option: string, why: string): Error {
  return fail("E_SLURM_OPTION", { option, why, advice: "leave one of them out" });
}
