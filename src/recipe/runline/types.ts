// A run line: how somebody starts a container by hand or in a job script, as data with places. Knows no rule.

import type { Problem, Range } from "../../base/source.ts";

/** The programs that are understood. */
export type RunTool = "docker" | "podman" | "podman-hpc" | "apptainer" | "singularity" | "shifter" | "ch-run";

/** A word of a command line. */
export interface RunWord {
  /** As written, quotes included. */
  readonly text: string;
  /** Without quotes and with variables that are known; undefined: depends on what is not. */
  readonly value: string | undefined;
  readonly range: Range;
}

/** An option as it was given. */
export interface RunOption {
  /** The long name of the tool's manual without dashes, also when the letter was written: `-v` is `volume`. */
  readonly name: string;
  /** As written, with dashes: `-v`. */
  readonly written: string;
  /** Undefined for switches, and where it depends on what is not known. */
  readonly value: string | undefined;
  readonly range: Range;
  readonly valueRange: Range | undefined;
  /** From a line `#SBATCH` or an option of `srun`, not from the tool's own words. */
  readonly from: "line" | "batch";
}

/** A variable that the tool gets. */
export interface RunVariable {
  readonly name: string;
  readonly value: string | undefined;
  readonly range: Range;
  readonly valueRange: Range | undefined;
  /** Set for this line alone (`NAME=value tool …`), or exported before it. */
  readonly exported: boolean;
}

/** Where a run line starts its container. */
export interface RunLine {
  readonly tool: RunTool;
  /** `run`, `exec`, `create`, `shell`, `test`, `instance start`, `shared-run`; empty for shifter and ch-run. */
  readonly subcommand: string;
  /** Those in front of the subcommand, then its own. */
  readonly options: readonly RunOption[];
  /** Undefined where none is named, and for `exec` of docker and podman. */
  readonly image: RunWord | undefined;
  /** The running container (`docker exec`, `apptainer exec instance://…` has it as its image), or the new instance's name. */
  readonly container: RunWord | undefined;
  /** What runs inside; empty: what the image says. */
  readonly command: readonly RunWord[];
  readonly environment: readonly RunVariable[];
  /** `srun`, `mpirun` and others in front, the outermost first. */
  readonly launchers: readonly { readonly name: string; readonly range: Range }[];
  readonly range: Range;
  readonly problems: readonly Problem[];
}
