// What was deployed and by whom, and operations under way.

import { Type } from "typebox";
import { Finding, RecipeFile, Step } from "./proposal.ts";
import { count, list, named, page, ref, seconds, text, word } from "./words.ts";

export const Deployment = named("Deployment", "Who wanted what, and how it ended.", {
  id: text("Its id."),
  stack: text("The stack."),
  number: count("Counts up within the stack."),
  kind: word(["up", "upgrade", "rollback", "edit"], "What was wanted."),
  by: text("Who wanted it."),
  at: seconds("When"),
  images: Type.Record(Type.String(), Type.Object({ reference: Type.String(), digest: Type.String() }), {
    description: "By service: the image as written, and what that meant.",
  }),
  ports: Type.Record(Type.String(), Type.Integer(), {
    description: "Ports of the host that berth chose, by `SERVICE/PORT/PROTOCOL`.",
  }),
  findings: list(ref(Finding), "What the rules said then."),
  state: word(
    ["planned", "under way", "upgraded", "done", "failed", "rolled back", "interrupted"],
    "How far it is; `upgraded` waits for somebody to confirm.",
  ),
  message: Type.Optional(text("Why it failed.")),
  finishedAt: Type.Optional(seconds("When it ended")),
});
export const DeploymentPage = page("DeploymentPage", ref(Deployment));

export const DeploymentFiles = named("DeploymentFiles", "The recipe of a deployment as it was sent.", {
  files: list(ref(RecipeFile), "Its files."),
});

export const Export = named("Export", "A recipe that gives the same stack again, its images pinned.", {
  files: list(ref(RecipeFile), "Its files."),
  compose: list(Type.String(), "Which of them are compose files, in order."),
  images: Deployment.properties.images,
});

const KINDS = [
  ...["up", "upgrade", "rollback", "confirm", "stop", "start"],
  ...["restart", "scale", "sleep", "wake", "down"],
] as const;

export const Operation = named("Operation", "Something that is done to a stack; one at a time.", {
  id: text("Its id; of one that makes a deployment, the deployment's."),
  stack: text("The stack."),
  kind: word(KINDS, "What is done."),
  service: Type.Optional(text("With which service; absent: all.")),
  by: text("Who wanted it."),
  at: seconds("When"),
  state: word(["under way", "done", "failed", "rolled back"], "How far it is."),
  message: Type.Optional(text("How it ended.")),
  finishedAt: Type.Optional(seconds("When it ended")),
});
export const OperationPage = page("OperationPage", ref(Operation));

export const Advance = named("Advance", "News of an operation.", {
  kind: word(["phase", "step", "end"], "What is told."),
  at: Type.Optional(seconds("When")),
  phase: Type.Optional(word(["resolving", "applying", "rolling back"], "Of `phase`: what it does now.")),
  step: Type.Optional(ref(Step)),
  state: Type.Optional(word(["begun", "done", "failed"], "Of `step`: how far that is.")),
  detail: Type.Optional(text("Of a step that failed: why.")),
  operation: Type.Optional(ref(Operation)),
});

export const PARTS = [Advance];
