// How far an operation is, from what is told about it. Pure.

import type { Advance, Operation, Step } from "../../api/types.ts";

/** One step and how far it is. */
export interface Doing {
  readonly key: string;
  readonly step: Step;
  readonly state: "begun" | "done" | "failed";
  readonly detail: string | undefined;
  readonly at: number | undefined;
}

/** All that is known. */
export interface Progress {
  readonly phase: Advance["phase"];
  readonly steps: readonly Doing[];
  readonly ended: Operation | undefined;
}

export const NOTHING: Progress = { phase: undefined, steps: [], ended: undefined };

/** With one more piece of news. */
export function withNews(progress: Progress, news: Advance): Progress {
  if (news.kind === "end") return { ...progress, ended: news.operation };
  if (news.kind === "phase") return { ...progress, phase: news.phase };
  const { step, state, detail, at } = news;
  if (!step || !state) return progress;
  const key = [step.action, step.service, step.slot, step.target].join(" ");
  const doing: Doing = { key, step, state, detail, at };
  // The same thing is done again when an upgrade is rolled back: only what was begun is brought on.
  const open = progress.steps.findLastIndex((one) => one.key === key && one.state === "begun");
  if (open < 0) return { ...progress, steps: [...progress.steps, doing] };
  return { ...progress, steps: progress.steps.with(open, doing) };
}

const VERBS: Readonly<Record<Step["action"], string>> = {
  pull: "Pull",
  "create-network": "Make network",
  "create-volume": "Make volume",
  create: "Make container",
  start: "Start",
  "wait-healthy": "Wait until healthy:",
  "wait-completed": "Wait until done:",
  drain: "Let requests end at",
  stop: "Stop",
  remove: "Remove",
  "remove-network": "Remove network",
  "remove-volume": "Remove volume",
  pause: "Freeze",
  wait: "Wait",
  keep: "Keep",
};

/** `Start rover-web-1`. */
export function stepText({ action, target }: Step): string {
  return `${VERBS[action] ?? action} ${target}`;
}

/** What is said aloud: the phase and its end, not every step. */
export function spoken({ phase, ended }: Progress): string {
  if (ended) return `${ended.kind}: ${ended.state}${ended.message ? `, ${ended.message}` : ""}`;
  return phase ?? "waiting for news";
}
