// What an instruction that works on files is given beside its draft: the call, the engine, and the files of other stages
// and images.

import type { Located } from "../../base/source.ts";
import type { Builder, CopyOrigin, State, StepOrigin } from "../types.ts";
import type { Draft } from "./draft.ts";
import type { DockerfileJob } from "./job.ts";
import type { Scope } from "./scope.ts";

/** Everything around one stage. */
export interface Site {
  readonly job: DockerfileJob;
  readonly builder: Builder;
  readonly scope: Scope;
  /** The files that a `from` means: a stage, a named context, or an image. @throws E_STAGE_…, E_FROM_NAME, pulling's */
  originOf(text: string, at: Located): Promise<CopyOrigin>;
}

/** A stage between two instructions. */
export interface Progress {
  readonly state: State;
  readonly draft: Draft;
}

/** The origin of a step for messages. */
export function stepOrigin(title: string, at: Located): StepOrigin {
  return { title, source: at.source, range: at.range };
}
