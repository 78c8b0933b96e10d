// The command line of `shifter` (spec/shifter.md 5.1) as data, with the options that Shifter lacks. Only its form is judged
// here: what the values mean together with the environment is request.ts's business. Pure.

import { fail } from "./errors.ts";
import { type OptionSpec, readOptions } from "./getopt.ts";

const OPTIONS: readonly OptionSpec[] = [
  { long: ["help"], short: "h", value: "none" },
  { long: ["version"], value: "none" },
  { long: ["verbose"], short: "v", value: "none" },
  { long: ["image"], short: "i", value: "needed" },
  { long: ["volume"], short: "V", value: "needed" },
  { long: ["env"], short: "e", value: "needed" },
  { long: ["env-file"], value: "needed" },
  { long: ["clearenv"], short: "E", value: "none" },
  { long: ["unset-env"], value: "needed" },
  { long: ["keep-env"], value: "needed" },
  { long: ["entrypoint", "entry"], value: "optional" },
  { long: ["workdir"], short: "w", value: "optional" },
  { long: ["module"], short: "m", value: "needed" },
  { long: ["writable-tmpfs"], value: "none" },
  { long: ["device"], value: "needed" },
  { long: ["nv"], value: "none" },
  { long: ["rocm"], value: "none" },
  { long: ["n"], short: "n", value: "none" },
];

/** What was asked for on the command line; undefined and empty: nothing was said. */
export interface ShifterOptions {
  readonly help: boolean;
  readonly version: boolean;
  readonly verbose: boolean;
  readonly image: string | undefined;
  /** Undefined: the environment decides. */
  readonly volumes: readonly string[] | undefined;
  readonly set: readonly (readonly [name: string, value: string])[];
  readonly envFiles: readonly string[];
  readonly clearEnv: boolean;
  readonly unset: readonly string[];
  readonly keep: readonly string[] | undefined;
  /** `true`: the image's own. */
  readonly entrypoint: string | true | undefined;
  readonly workdir: string | true | undefined;
  readonly modules: string | undefined;
  readonly writableTmpfs: boolean;
  readonly devices: readonly string[];
  /** The program and its arguments. */
  readonly words: readonly string[];
}

/** Reads the words behind `shifter`. @throws E_SHIFTER_OPTION, E_SHIFTER_VARIABLE */
export function readShifterOptions(args: readonly string[]): ShifterOptions {
  const bad = (problem: string) => fail("E_SHIFTER_OPTION", { problem });
  const { options, rest } = readOptions(args, OPTIONS, bad);
  const all = (name: string) => options.filter((option) => option.name === name).map(({ value }) => value ?? "");
  const has = (name: string) => options.some((option) => option.name === name);
  const last = (name: string) => all(name).at(-1);
  // An empty value is as good as none: `--entrypoint=` is the image's.
  const optional = (name: string) => (has(name) ? last(name) || true : undefined);
  for (const name of ["image", "env-file"]) if (all(name).includes("")) throw bad(`the option --${name} needs a value`);
  return {
    help: has("help"),
    version: has("version"),
    verbose: has("verbose"),
    image: last("image"),
    volumes: has("volume") ? all("volume") : undefined,
    set: all("env").map(readVariable),
    envFiles: all("env-file"),
    clearEnv: has("clearenv"),
    unset: all("unset-env").flatMap((text) => variableNames(text, bad)),
    keep: has("keep-env") ? all("keep-env").flatMap((text) => variableNames(text, bad)) : undefined,
    entrypoint: optional("entrypoint"),
    workdir: optional("workdir"),
    modules: last("module"),
    writableTmpfs: has("writable-tmpfs"),
    devices: deviceNames(all("device"), has("nv"), has("rocm"), bad),
    words: rest,
  };
}

/** `NAME=VALUE`, neither of them empty. @throws E_SHIFTER_VARIABLE */
export function readVariable(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  const bad = (why: string) => fail("E_SHIFTER_VARIABLE", { text, why });
  if (at < 0) throw bad("it has no =");
  if (at === 0) throw bad("its name is empty");
  if (at === text.length - 1) throw bad("its value is empty");
  return [text.slice(0, at), text.slice(at + 1)];
}

function variableNames(text: string, bad: (problem: string) => Error): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  const wrong = names.find((name) => name.includes("="));
  if (wrong !== undefined) throw bad(`"${wrong}" cannot be the name of a variable`);
  return names.filter((name) => name !== "");
}

// A `?` says that a node without the hardware is no reason to fail: job scripts carry --nv everywhere.
function deviceNames(
  lists: readonly string[],
  nv: boolean,
  rocm: boolean,
  bad: (problem: string) => Error,
): readonly string[] {
  const named = lists.flatMap((list) => list.split(",")).filter((name) => name !== "");
  for (const name of named)
    if (!/^[^/=\s]+\/[^/=\s]+=[^=\s]+$/.test(name))
      throw bad(`"${name}" is not the name of a CDI device, such as nvidia.com/gpu=0`);
  return [...(nv ? ["?nvidia.com/gpu=all"] : []), ...(rocm ? ["?amd.com/gpu=all"] : []), ...named];
}
