// From a recipe to what would be done: the files that are sent, what the policy says of them, and the plan.

import { Type } from "typebox";
import { count, line, list, named, ref, SERVICE, STACK, text, texts, word } from "./words.ts";

/** Characters of all files of a wish together. */
export const FILES_LIMIT = 4 * 1024 * 1024;

export const RecipeFile = named("RecipeFile", "A file of a recipe.", {
  name: line(1024, "Its path, relative to the compose file's folder."),
  text: Type.String({ maxLength: FILES_LIMIT, description: "What stands in it." }),
});

export const StackWish = named("StackWish", "A stack that somebody wants.", {
  name: STACK,
  files: Type.Array(ref(RecipeFile), {
    minItems: 1,
    maxItems: 256,
    description: "The compose files and those that they name: `.env`, env_file, configs, extends.",
  }),
  compose: Type.Array(line(1024, "A name among the files."), {
    minItems: 1,
    maxItems: 32,
    description: "Which of them are compose files; later ones are laid over earlier ones.",
  }),
  variables: Type.Optional(texts("Values of variables in the files.")),
  profiles: Type.Optional(Type.Array(line(128, "A profile."), { maxItems: 64 })),
  tags: Type.Optional(texts("Tags besides those of the recipe: `owner`, `staff-owner`, `group`, …")),
});

export const Waiver = named("Waiver", "Who allowed what a rule forbids.", {
  by: text("Who."),
  reason: text("Why."),
  until: Type.Unsafe<number | null>({ type: ["number", "null"], description: "Until when; null: for good." }),
});

export const Place = named("Place", "A place in a file of the recipe.", {
  file: text("The file."),
  line: count("Line, from 1."),
  column: count("Column, from 1."),
  endLine: count("Line of its end."),
  endColumn: count("Column behind its end."),
  frame: text("The lines around it with marks, for a terminal."),
});

const SEVERITIES = ["error", "warning", "info", "style"] as const;

export const Finding = named("Finding", "What a rule found.", {
  rule: text("The rule: `SVC-01`."),
  severity: word(SEVERITIES, "`error` keeps the stack from being deployed."),
  message: text("What, where and why."),
  hint: Type.Optional(text("What to do.")),
  pointer: text("Where in the stack: `/services/db/ports/0`."),
  place: Type.Optional(ref(Place)),
  certainty: word(
    ["certain", "likely", "person", "unknown"],
    "`person`: somebody has to look; `unknown`: the facts to decide were not there.",
  ),
  waived: Type.Optional(ref(Waiver)),
});

export const Note = named("Note", "What the reader of the recipe said.", {
  severity: word(["error", "warning", "info"], "An error keeps the stack from being deployed."),
  message: text("What."),
  hint: Type.Optional(text("What to do.")),
  pointer: text("Where in the stack."),
  place: Type.Optional(ref(Place)),
});

const ACTIONS = [
  ...["pull", "create-network", "create-volume", "create", "start", "wait-healthy", "wait-completed"],
  ...["drain", "stop", "remove", "remove-network", "remove-volume", "pause", "wait", "keep"],
] as const;

export const Step = named("Step", "One thing to do.", {
  action: word(ACTIONS, "What."),
  service: Type.Optional(text("For which service.")),
  slot: Type.Optional(count("For which replica.")),
  target: text("With what: an image, a container, a network."),
  why: text("Why."),
});

export const Plan = named("Plan", "What would be done.", {
  waves: list(Type.Array(ref(Step)), "One after the other; steps of one wave run side by side."),
  warnings: list(Type.String(), "What one should know before."),
});

export const FieldChange = named("FieldChange", "A difference in a service.", {
  pointer: text("Where in the service: `/image`."),
  before: Type.Optional(text("What stands there, as JSON; absent: nothing.")),
  after: Type.Optional(text("What is wanted, as JSON; absent: nothing.")),
});

export const ServiceDiff = named("ServiceDiff", "What a recipe would change of a service.", {
  service: text("The service."),
  change: word(
    ["added", "removed", "replaced", "adjusted", "same"],
    "`replaced`: its containers are made anew; `adjusted`: they stay.",
  ),
  fields: list(ref(FieldChange), "What differs."),
});

export const StackDiff = named("StackDiff", "What a recipe would change of a stack.", {
  stack: text("The stack."),
  services: list(ref(ServiceDiff), "Service by service."),
  same: Type.Boolean({ description: "Deploying it would change nothing." }),
});

export const Proposal = named("Proposal", "A recipe that was read and judged; nothing was done.", {
  stack: text("The stack."),
  services: list(SERVICE, "Its services."),
  notes: list(ref(Note), "What the reader said: what is ignored, or done in another way."),
  findings: list(ref(Finding), "What the site's rules say."),
  plan: ref(Plan),
  allowed: Type.Boolean({ description: "Nothing keeps it from being deployed." }),
});

export const PARTS = [RecipeFile, Waiver, Place, Finding, Note, Step, Plan, FieldChange, ServiceDiff];
