// Whether somebody can see that a service is well, and how it is ended: PRC008, PRC009.

import { practice } from "../../practice.ts";
import type { AuditSubject, LaunchSubject, RecipeSubject } from "../../practice-subjects.ts";
import type { RecipeView } from "../../recipe-view/types.ts";
import { type Hit, unknown } from "../../rule.ts";
import { exampleConfig } from "../example-parts.ts";
import { finalSteps, withoutLines } from "../recipe-parts.ts";

function config(exposed: readonly string[], healthCheck: readonly string[] | undefined) {
  return { config: exampleConfig({ exposed, healthCheck }) };
}

export const HEALTH_CHECK = practice({
  id: "PRC008",
  title: "A service says whether it is well",
  severity: "info",
  class: "optional",
  certainty: "certain",
  message: "a port is open, and nothing says whether the service behind it is well",
  hint: "write HEALTHCHECK CMD curl -f http://localhost:PORT/ || exit 1",
  why: "A service that hangs is only seen by those who check, and is only started again when something does.",
  source: "Spin: Services",
  peers: ["DL3057", "DS-0026", "CIS-DI-0006"],
  controls: ["CIS 4.6"],
  cases: {
    launch: {
      message: "the service {service} has no health check",
      hint: "add healthcheck: with a test of the service",
    },
  },
  checks: {
    recipe: ({ recipe }) => {
      const steps = finalSteps(recipe);
      const exposed = steps.find(({ keyword }) => keyword === "EXPOSE");
      return exposed && !steps.some(({ keyword }) => keyword === "HEALTHCHECK") ? { range: exposed.range } : undefined;
    },
    launch: ({ launch }: LaunchSubject) => {
      if (launch.tool !== "compose" || launch.healthCheck !== undefined || launch.ports.length === 0) return undefined;
      return { case: "launch", fields: { service: launch.name }, range: launch.range };
    },
    image: ({ image }: AuditSubject) => {
      if (!image.config) return unknown("which ports and checks the image has");
      return image.config.exposed.length > 0 && image.config.healthCheck === undefined ? {} : undefined;
    },
  },
  passes: [
    { shows: "a check", profile: "spin", dockerfile: "FROM x\nEXPOSE 8080\nHEALTHCHECK CMD curl -f localhost:8080\n" },
    { shows: "no port", profile: "spin", dockerfile: 'FROM x\nCMD ["x"]\n' },
    { shows: "switched off on purpose", profile: "spin", dockerfile: "FROM x\nEXPOSE 80\nHEALTHCHECK NONE\n" },
    { shows: "a service with one", profile: "spin", compose: "ports: ['8080:80']\nhealthcheck:\n  test: [CMD, x]\n" },
    { shows: "an image with one", profile: "spin", image: config(["80/tcp"], ["CMD", "x"]) },
  ],
  fails: [
    { shows: "EXPOSE alone", profile: "spin", dockerfile: "FROM x\nEXPOSE 8080\n", expect: { line: 2 } },
    { shows: "a service", profile: "spin", compose: "ports: ['8080:80']\n", expect: { case: "launch" } },
    { shows: "an image", profile: "spin", image: config(["80/tcp"], undefined) },
    { shows: "nobody looked", profile: "spin", image: { config: undefined }, expect: { certainty: "unknown" } },
  ],
});

export const ONE_HEALTH_CHECK = practice({
  id: "PRC009",
  title: "One health check counts, and a container may end in peace",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "this HEALTHCHECK does not count: another one stands below it",
  hint: "remove it, or the one below",
  why: "Only the last check of a stage is taken. KILL gives a program no time to write what it has.",
  source: "ours",
  peers: ["DL3012", "DS-0023"],
  cases: {
    kill: {
      message: "STOPSIGNAL is KILL: the program has no time to end",
      hint: "remove the line: TERM is taken without it",
    },
  },
  fix: "safe",
  checks: { recipe: ({ recipe }: RecipeSubject) => hitsOf(recipe) },
  passes: [
    { shows: "one", dockerfile: "FROM x\nHEALTHCHECK CMD a\nSTOPSIGNAL SIGINT\n" },
    { shows: "one for each stage", dockerfile: "FROM x AS a\nHEALTHCHECK CMD a\nFROM a\nHEALTHCHECK CMD b\n" },
  ],
  fails: [
    {
      shows: "two",
      dockerfile: "FROM x\nHEALTHCHECK CMD a\nHEALTHCHECK CMD b\n",
      expect: { line: 2, fixed: "FROM x\nHEALTHCHECK CMD b\n" },
    },
    {
      shows: "STOPSIGNAL SIGKILL",
      dockerfile: "FROM x\nSTOPSIGNAL SIGKILL\nRUN a\n",
      expect: { case: "kill", line: 2, fixed: "FROM x\nRUN a\n" },
    },
    { shows: "STOPSIGNAL 9", dockerfile: "FROM x\nSTOPSIGNAL 9\n", expect: { case: "kill" } },
  ],
});

function hitsOf(recipe: RecipeView): readonly Hit[] {
  const remove = (range: Hit["range"], title: string) =>
    range && { title, safe: true, edits: [withoutLines(recipe, range)] };
  return recipe.stages.flatMap(({ steps }) => {
    const own = steps.filter(({ onBuild }) => !onBuild);
    const checks = own.filter(({ keyword }) => keyword === "HEALTHCHECK").slice(0, -1);
    const kills = own.filter(
      ({ instruction }) =>
        instruction?.keyword === "STOPSIGNAL" && /^["']?(SIG)?(KILL|9)["']?$/i.test(instruction.word.text),
    );
    return [
      ...checks.map(({ range }) => ({ range, fix: remove(range, "remove this HEALTHCHECK") })),
      ...kills.map(({ range }) => ({ case: "kill", range, fix: remove(range, "remove STOPSIGNAL") })),
    ];
  });
}
