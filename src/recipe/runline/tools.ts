// What the run tools have in common and where they differ: subcommands, option tables, where the image stands.

import { APPTAINER_ACTION, APPTAINER_GLOBAL } from "./apptainer-options.ts";
import { DOCKER_EXEC, DOCKER_GLOBAL, DOCKER_RUN } from "./docker-options.ts";
import { CH_RUN, SHIFTER } from "./hpc-options.ts";
import type { OptionStyle } from "./option-table.ts";
import { PODMAN_EXEC, PODMAN_GLOBAL, PODMAN_HPC_GLOBAL, PODMAN_HPC_RUN, PODMAN_RUN } from "./podman-options.ts";
import type { RunTool, RunWord } from "./types.ts";

/** How a tool's command line is built. */
export interface ToolGrammar {
  readonly style: OptionStyle;
  /** The subcommand and what stands behind it; undefined when it starts nothing. */
  subcommand(words: readonly RunWord[]): { readonly name: string; readonly rest: readonly RunWord[] } | undefined;
  /** Options in front of the subcommand (empty name), or its own. */
  options(subcommand: string): readonly string[];
  /** What the operands are. "option": the image is one. */
  shape(subcommand: string): "image" | "container" | "image and name" | "option";
  /** Variables that the tool reads. */
  readonly variables: RegExp;
}

const RUNS: ReadonlySet<string> = new Set(["run", "create", "exec"]);
const ACTIONS: ReadonlySet<string> = new Set(["run", "exec", "shell", "test"]);

// `docker container run` is `docker run`.
function engineSubcommand(words: readonly RunWord[], ...more: readonly string[]) {
  const from = words[0]?.value === "container" ? 1 : 0;
  const name = words[from]?.value;
  if (name === undefined || !(RUNS.has(name) || more.includes(name))) return undefined;
  return { name, rest: words.slice(from + 1) };
}

function apptainerSubcommand(words: readonly RunWord[]) {
  const name = words[0]?.value;
  if (name !== undefined && ACTIONS.has(name)) return { name, rest: words.slice(1) };
  const second = words[1]?.value;
  if (name !== "instance" || (second !== "start" && second !== "run")) return undefined;
  return { name: `instance ${second}`, rest: words.slice(2) };
}

function engine(global: readonly string[], run: readonly string[], exec: readonly string[]): ToolGrammar {
  return {
    style: "pflag",
    subcommand: (words) => engineSubcommand(words),
    options: (name) => (name === "" ? global : name === "exec" ? exec : run),
    shape: (name) => (name === "exec" ? "container" : "image"),
    variables: /^(DOCKER|CONTAINERS?|PODMAN)_/,
  };
}

const APPTAINER: ToolGrammar = {
  style: "pflag",
  subcommand: apptainerSubcommand,
  // Old singularity took options of actions in front of them, too.
  options: (name) => (name === "" ? [...APPTAINER_ACTION, ...APPTAINER_GLOBAL] : APPTAINER_ACTION),
  shape: (name) => (name.startsWith("instance") ? "image and name" : "image"),
  variables: /^(APPTAINER|SINGULARITY)/,
};

const GRAMMARS: Readonly<Record<RunTool, ToolGrammar>> = {
  docker: engine(DOCKER_GLOBAL, DOCKER_RUN, DOCKER_EXEC),
  podman: engine(PODMAN_GLOBAL, PODMAN_RUN, PODMAN_EXEC),
  "podman-hpc": {
    ...engine(PODMAN_HPC_GLOBAL, PODMAN_HPC_RUN, PODMAN_EXEC),
    subcommand: (words) => engineSubcommand(words, "shared-run"),
  },
  apptainer: APPTAINER,
  singularity: APPTAINER,
  shifter: {
    style: "getopt",
    subcommand: (rest) => ({ name: "", rest }),
    options: () => SHIFTER,
    shape: () => "option",
    variables: /^(SLURM_SPANK_)?_?SHIFTER/,
  },
  "ch-run": {
    style: "getopt",
    subcommand: (rest) => ({ name: "", rest }),
    options: () => CH_RUN,
    shape: () => "image",
    variables: /^CH_/,
  },
};

/** Every tool. */
export const RUN_TOOLS = Object.keys(GRAMMARS) as readonly RunTool[];

/** True for a tool whose run lines are understood. */
export function isRunTool(name: string): name is RunTool {
  return Object.hasOwn(GRAMMARS, name);
}

/** How the tool's command line is built. */
export function toolGrammar(tool: RunTool): ToolGrammar {
  return GRAMMARS[tool];
}
