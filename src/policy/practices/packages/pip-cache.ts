// pip's cache does not stay in the layer: PKG007.

import { insertBehind } from "../../commands/edits.ts";
import { removals } from "../../commands/removals.ts";
import { practice } from "../../practice.ts";
import type { RecipeView, StepView } from "../../recipe-view/types.ts";
import { exampleFile, imageWith } from "../example-parts.ts";
import { commandsIn, finalSteps } from "../recipe-parts.ts";
import { cachedHit } from "./cached-files.ts";
import { callsIn, debian, isRehearsal, isWritten, type PlacedCall, post } from "./calls.ts";

export const PIP_CACHE = practice({
  id: "PKG007",
  title: "pip keeps no cache in the image",
  severity: "info",
  class: "recommended",
  certainty: "certain",
  message: "pip keeps what it downloads in the layer",
  hint: "write pip install --no-cache-dir",
  why: "Wheels stay beside what was installed from them, and nothing uses them again.",
  source: "N2.6",
  peers: ["DL3042"],
  fix: "safe",
  cases: {
    measured: {
      message: "{size} of pip's cache stay in the image: {path}",
      hint: "write pip install --no-cache-dir in the step that installs",
    },
  },
  checks: {
    recipe: ({ recipe }) =>
      keepingCalls(recipe).map((placed) => ({
        range: placed.call.command.range,
        fix: isWritten(recipe, placed)
          ? {
              title: "add --no-cache-dir",
              safe: true,
              edits: [insertBehind(placed.call.actionRange, " --no-cache-dir")],
            }
          : undefined,
      })),
    image: ({ image }) => cachedHit(image, (path) => /(^|\/)\.cache\/pip\//.test(path)),
  },
  passes: [
    { shows: "--no-cache-dir", dockerfile: debian("RUN pip install --no-cache-dir numpy==2.1.0") },
    { shows: "before the subcommand", dockerfile: debian("RUN python3 -m pip --no-cache-dir install numpy==2.1.0") },
    { shows: "ENV", dockerfile: debian("ENV PIP_NO_CACHE_DIR=1", "RUN pip install numpy==2.1.0") },
    { shows: "exported", definition: post("export PIP_NO_CACHE_DIR=off", "pip install numpy==2.1.0") },
    { shows: "a cache mount", dockerfile: debian("RUN --mount=type=cache,target=/root/.cache/pip pip install x==1") },
    { shows: "removed in the same layer", dockerfile: debian("RUN pip install x==1 && rm -rf ~/.cache") },
    { shows: "pip cache purge", dockerfile: debian("RUN pip3.11 install x==1 && pip3.11 cache purge") },
    { shows: "another stage", dockerfile: `${debian("RUN pip install x==1")}FROM debian:13.1\n` },
    { shows: "an image without", image: imageWith(exampleFile("usr/lib/python3/x.py")) },
  ],
  fails: [
    {
      shows: "pip install",
      dockerfile: debian("RUN pip install x==1"),
      expect: { fixed: debian("RUN pip install --no-cache-dir x==1") },
    },
    {
      shows: "python -m pip",
      dockerfile: debian("RUN python3.12 -m pip install -r requirements.txt"),
      expect: { fixed: debian("RUN python3.12 -m pip install --no-cache-dir -r requirements.txt") },
    },
    { shows: "%post", definition: post("pip3 install --upgrade x==1") },
    {
      shows: "an image",
      image: imageWith(exampleFile("root/.cache/pip/http-v2/a", { size: 2_000_000 })),
      expect: { case: "measured" },
    },
  ],
});

function keepingCalls(recipe: RecipeView): readonly PlacedCall[] {
  if (/no-cache-dir\s*=\s*|pip[\d.]*\s+config\s+.*no-cache-dir/.test(recipe.source.text)) return [];
  // A step is looked through once, not for each of its calls.
  const cleaned = new Map<StepView, boolean>();
  return callsIn(finalSteps(recipe), "build").filter((placed) => {
    if (!keepsCache(placed)) return false;
    const known = cleaned.get(placed.step) ?? isCleaned(placed.step);
    cleaned.set(placed.step, known);
    return !known;
  });
}

function keepsCache({ step, command, call }: PlacedCall): boolean {
  if (call.manager !== "pip" || call.action !== "install" || call.open || isRehearsal(call)) return false;
  if (call.flags.has("--no-cache-dir") || command.variables.has("PIP_NO_CACHE_DIR")) return false;
  return !isMounted(step, command.variables.get("PIP_CACHE_DIR"));
}

function isMounted({ mounts }: StepView, own: string | undefined): boolean {
  return mounts.some(
    ({ type, target = "" }) =>
      (type === "cache" || type === "tmpfs") && (/(^|\/)\.cache(\/pip)?\/?$|\/pip\/?$/.test(target) || target === own),
  );
}

function isCleaned(step: StepView): boolean {
  const purged = callsIn([step], "build").some(({ call }) => call.manager === "pip" && call.action === "clean");
  return (
    purged ||
    commandsIn([step], "build").some(({ command }) =>
      removals(command).some(({ pattern }) => /\/\.cache(\/(pip|\*))?(\/\*)?$|^(\/root|\$HOME)\/?$|pip-/.test(pattern)),
    )
  );
}
