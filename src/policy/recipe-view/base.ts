// What a stage is built from, and what COPY and mounts take files from.

import type { Range } from "../../base/source.ts";
import { readImageName } from "../image-name.ts";
import type { Known } from "./expansion.ts";
import type { BaseView, StageView } from "./types.ts";

/** How a base is written. */
export interface WrittenBase extends Known {
  readonly text: string;
  readonly range: Range;
  readonly agent: string;
}

/** Agents whose sources are references of a registry. */
const REGISTRY_AGENTS = new Set(["docker", "oras", "shub", "library"]);

/** The view of a base; `stages` are those that it may name. */
export function baseOf(written: WrittenBase, stages: StageNames<StageView> | undefined): BaseView {
  const { text, range, agent, value, missing } = written;
  const stage = value === undefined ? undefined : stages?.named(value);
  const scratch = agent === "docker" && value?.toLowerCase() === "scratch" && stage === undefined;
  const name =
    value === undefined || stage || scratch || !REGISTRY_AGENTS.has(agent) ? undefined : readImageName(value);
  return {
    ...{ text, range, agent, stage, scratch, missing },
    resolved: value,
    name: typeof name === "string" ? undefined : name,
  };
}

/** The stages above a place, by name and by number. */
export class StageNames<Stage extends Pick<StageView, "name" | "index">> {
  readonly #byName = new Map<string, Stage>();
  readonly #byNumber = new Map<number, Stage>();

  /** One more stage; of two with one name the later one counts. */
  add(stage: Stage): void {
    this.#byNumber.set(stage.index, stage);
    if (stage.name !== undefined) this.#byName.set(stage.name.toLowerCase(), stage);
  }

  /** The last stage of a name, or of a number. */
  named(text: string): Stage | undefined {
    return this.#byName.get(text.toLowerCase()) ?? (/^\d+$/.test(text) ? this.#byNumber.get(Number(text)) : undefined);
  }
}
