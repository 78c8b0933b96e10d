// What a later layer deletes saves nothing: PKG006.

import type { AuditedImage } from "../../../audit/types.ts";
import { formatSize } from "../../../base/size.ts";
import { joinSteps } from "../../commands/edits.ts";
import { packageCommand } from "../../commands/package-commands.ts";
import { removals } from "../../commands/removals.ts";
import { practice } from "../../practice.ts";
import type { CommandView, RecipeView, StepView } from "../../recipe-view/types.ts";
import { type Hit, unknown } from "../../rule.ts";
import { exampleFiles, exampleHidden, exampleLayers } from "../example-parts.ts";
import { commandsIn } from "../recipe-parts.ts";
import { debian } from "./calls.ts";
import { MadeBefore } from "./made-before.ts";

/** Bytes that are worth a word. */
const LEAST = 1_048_576;

export const LATE_REMOVAL = practice({
  id: "PKG006",
  title: "What a layer does not need is deleted in that layer",
  severity: "warning",
  class: "required",
  certainty: "certain",
  message: "this step only deletes what {where} made: it saves nothing",
  hint: "move the deletion to the end of the RUN that makes it",
  why: "A later layer hides files of lower ones; they are still stored, pushed and pulled.",
  source: "N2.7",
  peers: [],
  fix: "unsafe",
  cases: {
    measured: {
      message: "layer {layer} deletes {size} of the layers below it, such as {path}: that saves nothing",
      hint: "delete them in the step that makes them",
    },
  },
  checks: {
    recipe: ({ recipe }) =>
      recipe.kind === "definition" ? undefined : recipe.stages.flatMap(({ steps }) => lateHits(recipe, steps)),
    image: ({ image }) => hiddenHits(image),
  },
  passes: [
    {
      shows: "in the same layer",
      dockerfile: debian(
        "RUN apt-get update && apt-get install -y gcc && apt-get purge -y gcc && rm -rf /var/lib/apt/lists/*",
      ),
    },
    { shows: "of the base", dockerfile: debian("RUN rm -rf /usr/share/doc") },
    {
      shows: "with something else",
      dockerfile: debian("RUN apt-get install -y gcc", "RUN make && apt-get purge -y gcc"),
    },
    {
      shows: "little",
      image: { layers: exampleLayers(), files: exampleFiles([], { hidden: [exampleHidden("tmp/x", { size: 9 })] }) },
    },
    {
      shows: "replaced",
      image: {
        layers: exampleLayers(),
        files: exampleFiles([], { hidden: [exampleHidden("opt/x", { how: "replaced" })] }),
      },
    },
  ],
  fails: [
    {
      shows: "the seed's bad example",
      dockerfile: debian(
        "RUN apt-get update && apt-get install -y gcc",
        "RUN make",
        "RUN apt-get autoremove --purge -y gcc && apt-get -y clean && rm -rf /var/lib/apt/lists/*",
      ),
      expect: { line: 4, says: "only deletes" },
    },
    {
      shows: "a cache",
      dockerfile: debian("RUN pip install x==1", "RUN rm -rf /root/.cache"),
      expect: { fixed: debian("RUN pip install x==1 \\", " && rm -rf /root/.cache") },
    },
    { shows: "a file that was copied", dockerfile: debian("COPY a.tgz /opt/", "RUN rm /opt/a.tgz") },
    { shows: "what was unpacked", dockerfile: debian("RUN tar -xf a.tgz -C /opt/src", "RUN rm -rf /opt/src") },
    {
      shows: "an image",
      image: { layers: exampleLayers(), files: exampleFiles([], { hidden: [exampleHidden("opt/src/a.o")] }) },
      expect: { case: "measured", says: "4.8 MiB" },
    },
    { shows: "nobody looked", image: { files: undefined }, expect: { certainty: "unknown" } },
  ],
});

const NEUTRAL = new Set([
  "",
  "set",
  "cd",
  "true",
  ":",
  "echo",
  "printf",
  "sync",
  "exit",
  "ldconfig",
  "sleep",
  "history",
]);

function lateHits(recipe: RecipeView, steps: readonly StepView[]): readonly Hit[] {
  const made = new MadeBefore();
  return steps.flatMap((step, index) => {
    const placed = commandsIn([step], "build");
    const commands = placed.map(({ command }) => command);
    const calls = commands.flatMap((command) => packageCommand(command) ?? []);
    const hit = lateHit(recipe, steps, index, commands, made);
    made.add(index, step, commands, calls);
    return hit;
  });
}

function lateHit(
  recipe: RecipeView,
  steps: readonly StepView[],
  index: number,
  commands: readonly CommandView[],
  made: MadeBefore,
): readonly Hit[] {
  const step = steps[index];
  if (step?.keyword !== "RUN" || step.onBuild) return [];
  const deleting = commands.filter(isDeleting);
  const [first] = deleting;
  if (!first || commands.some((command) => !isDeleting(command) && !isNeutral(command))) return [];
  const last = deleting.reduce((most, command) => Math.max(most, madeBy(command, made)), -1);
  const source = steps[last];
  if (!source) return [];
  const edit = last === index - 1 ? joinSteps(recipe, source, step) : undefined;
  const fix = edit && { title: "join it with the RUN above", safe: false, edits: [edit] };
  return [{ fields: { where: `the ${source.keyword} above` }, range: first.range, fix }];
}

function isNeutral({ name }: CommandView): boolean {
  return name !== undefined && NEUTRAL.has(name);
}

function isDeleting(command: CommandView): boolean {
  if (removals(command).length > 0) return true;
  const action = packageCommand(command)?.action;
  return action === "remove" || action === "clean";
}

/** The last step that made what a command deletes; -1: none. */
function madeBy(command: CommandView, made: MadeBefore): number {
  const call = packageCommand(command);
  if (call) return made.store(call);
  return removals(command).reduce((most, { pattern }) => Math.max(most, made.path(pattern)), -1);
}

function hiddenHits({ files, layers }: AuditedImage): Hit | readonly Hit[] {
  if (!files || !layers) return unknown("nobody read the image's files");
  const sums = new Map<number, { bytes: number; path: string; most: number }>();
  for (const { path, size, layer, by, how } of files.hidden) {
    if (how !== "removed" || layers[layer]?.base) continue;
    const sum = sums.get(by) ?? { bytes: 0, path, most: 0 };
    const larger = size > sum.most;
    sums.set(by, { bytes: sum.bytes + size, path: larger ? path : sum.path, most: Math.max(size, sum.most) });
  }
  return [...sums]
    .filter(([, { bytes }]) => bytes >= LEAST)
    .map(([by, { bytes, path }]) => ({
      case: "measured",
      fields: { layer: by + 1, size: formatSize(bytes), path: `/${path}` },
    }));
}
