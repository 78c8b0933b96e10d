// An init of a whole machine as process 1: PRC007.

import { baseName } from "../../commands/words.ts";
import { practice } from "../../practice.ts";
import type { AuditSubject, RecipeSubject } from "../../practice-subjects.ts";
import type { StepView } from "../../recipe-view/types.ts";
import { type Hit, unknown } from "../../rule.ts";
import { exampleConfig } from "../example-parts.ts";
import { allSteps, commandsIn } from "../recipe-parts.ts";
import { entrySteps, programOf, SYSTEM_INITS } from "./entry-commands.ts";

export const NO_SYSTEM_INIT = practice({
  id: "PRC007",
  title: "A container does not start the init of a machine",
  severity: "info",
  class: "recommended",
  certainty: "certain",
  message: "{program} is started as process 1: an init of a whole machine",
  hint: 'start the program itself; where children have to be looked after, ENTRYPOINT ["tini", "--", "program"]',
  why: "It wants rights over the node, starts services that nobody asked for, and hides which one failed.",
  source: "N2.11",
  peers: [],
  checks: { recipe: systemInit, image: systemInitOfImage },
  passes: [
    { shows: "tini", dockerfile: 'FROM x\nENTRYPOINT ["tini", "--", "app"]\n' },
    { shows: "an init of its own", dockerfile: 'FROM x\nENTRYPOINT ["/opt/app/init"]\n' },
    { shows: "%startscript", definition: "Bootstrap: docker\nFrom: x\n\n%startscript\n    exec app\n" },
    { shows: "an image with tini", image: { config: exampleConfig({ entrypoint: ["/usr/bin/tini", "--"] }) } },
  ],
  fails: [
    { shows: "/sbin/init", dockerfile: 'FROM x\nCMD ["/sbin/init"]\n', expect: { line: 2, says: "/sbin/init" } },
    { shows: "systemd", dockerfile: "FROM x\nENTRYPOINT exec /usr/lib/systemd/systemd\n" },
    {
      shows: "in %startscript",
      definition: "Bootstrap: docker\nFrom: x\n\n%startscript\n    exec /usr/sbin/init\n",
      expect: { line: 5 },
    },
    { shows: "an image", image: { config: exampleConfig({ entrypoint: ["/sbin/init"] }) } },
    { shows: "nobody looked", image: { config: undefined }, expect: { certainty: "unknown" } },
  ],
});

// An `/init` of its own is often a supervisor made for containers.
function isSystemInit(program: string | undefined): boolean {
  if (program === undefined || !SYSTEM_INITS.test(baseName(program))) return false;
  return !program.includes("/") || /^(\/usr)?(\/local)?\/(s?bin|lib\/systemd)\//.test(program);
}

function systemInit({ recipe }: RecipeSubject): readonly Hit[] {
  const entries = entrySteps(recipe).flatMap((step) => {
    const program = entryProgram(step);
    return isSystemInit(program) ? [{ fields: { program }, range: step.range }] : [];
  });
  const scripts = recipe.kind === "definition" ? commandsIn(allSteps(recipe), "entry", "start") : [];
  const started = scripts.flatMap(({ command, script }) => {
    const text = script.text.slice(0, 4096);
    const program = /\/(?:usr\/)?(?:s?bin|lib\/systemd)\/(?:systemd|init)\b/.exec(text)?.[0] ?? command.name;
    return isSystemInit(program) && SYSTEM_INITS.test(command.name ?? "")
      ? [{ fields: { program }, range: command.range }]
      : [];
  });
  return [...entries, ...started.slice(0, 1)];
}

function entryProgram(step: StepView): string | undefined {
  const { instruction } = step;
  if (instruction?.keyword !== "CMD" && instruction?.keyword !== "ENTRYPOINT") return undefined;
  const { command } = instruction;
  return programOf(command.form === "exec" ? command.words : command.text.trim().split(/\s+/));
}

function systemInitOfImage({ image: { config } }: AuditSubject): Hit | undefined {
  if (!config) return unknown("what the image starts");
  const program = programOf(config.entrypoint.length > 0 ? config.entrypoint : config.command);
  return isSystemInit(program) ? { fields: { program } } : undefined;
}
