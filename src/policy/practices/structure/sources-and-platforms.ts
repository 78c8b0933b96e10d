// What definition files take from outside, and the platform of bases: STR013, STR018.

import { nearest } from "../../../base/nearest.ts";
import { practice } from "../../practice.ts";
import type { RecipeSubject } from "../../practice-subjects.ts";
import type { RecipeView, StageView } from "../../recipe-view/types.ts";
import { type Hit, unknown } from "../../rule.ts";

const HEAD = "Bootstrap: docker\nFrom: debian:13.1\n";
const only = (...paths: readonly string[]) => ({
  context: { exists: (path: string) => paths.includes(path), ignoreFile: null },
});

export const FILES_THERE = practice({
  id: "STR013",
  title: "What %files copies is there",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "there is no stage {name} above",
  hint: "{advice}",
  why: "The build stops at a file or a stage that it does not find.",
  source: "ours",
  peers: [],
  cases: {
    file: {
      message: "{path} is not in the folder of the definition file",
      hint: "write its path from that folder, without quotes around a pattern",
    },
  },
  checks: { recipe: filesHits },
  passes: [
    {
      shows: "from build",
      definition: `${HEAD}Stage: build\n\n${HEAD}\n%files from build\n    /opt/x /opt/x\n`,
    },
    {
      shows: "a file that is there",
      definition: `${HEAD}\n%files\n    main.py /opt/\n    /etc/hosts /x\n`,
      facts: only("main.py"),
    },
    { shows: "a Dockerfile says it otherwise", dockerfile: "FROM x\nCOPY a /a\n" },
  ],
  fails: [
    {
      shows: "from bild",
      definition: `${HEAD}Stage: build\n\n${HEAD}\n%files from bild\n    /opt/x /opt/x\n`,
      expect: { line: 8, says: "no stage bild" },
    },
    {
      shows: "a file that is not there",
      definition: `${HEAD}\n%files\n    mian.py /opt/\n`,
      facts: only("main.py"),
      expect: { case: "file", line: 5 },
    },
    { shows: "nobody looked", definition: `${HEAD}\n%files\n    main.py /opt/\n`, expect: { certainty: "unknown" } },
  ],
});

function filesHits({ recipe, facts }: RecipeSubject): readonly Hit[] {
  if (recipe.kind !== "definition") return [];
  const copies = recipe.stages.flatMap((stage) =>
    stage.steps.flatMap((step) => step.copies.map((copy) => ({ stage, step, copy }))),
  );
  const stages = new Map<unknown, Hit>();
  for (const { stage, step, copy } of copies) {
    if (!copy.from || copy.from.stage || copy.from.resolved === undefined) continue;
    stages.set(step, noStage(recipe, stage, copy.from.resolved, step.keywordRange));
  }
  const paths = copies
    .filter(({ copy }) => !copy.from)
    .flatMap(({ copy: { sources, range } }) => sources.map(({ text }) => ({ path: text.replace(/^\.\//, ""), range })))
    .filter(({ path }) => !/^[/~]|[${]/.test(path) && path !== "" && path !== ".");
  const [first] = paths;
  const { context } = facts;
  if (!context)
    return [
      ...stages.values(),
      ...(first ? [{ ...unknown("which files are beside the recipe"), range: first.range }] : []),
    ];
  const missing = paths.filter(({ path }) => !context.exists(path));
  return [...stages.values(), ...missing.map(({ path, range }) => ({ case: "file", fields: { path }, range }))];
}

function noStage({ stages }: RecipeView, { index }: StageView, name: string, range: StageView["range"]): Hit {
  const names = stages.slice(0, index).flatMap((stage) => stage.name ?? []);
  const near = nearest(name, names);
  const advice = near === undefined ? "name a stage with the header Stage: above this one" : `did you mean ${near}?`;
  return { fields: { name, advice }, range };
}

export const PLATFORM = practice({
  id: "STR018",
  title: "The platform is what the build is asked for",
  severity: "warning",
  class: "optional",
  certainty: "certain",
  message: "--platform={platform} fixes the platform, whatever the build is asked for",
  hint: "leave the flag out, and say --platform when you build",
  why: "An image for one kind of processor does not run on the other, and nobody sees why.",
  source: "ours",
  peers: ["DL3029", "DL3065", "FromPlatformFlagConstDisallowed", "RedundantTargetPlatform"],
  cases: {
    same: { message: "--platform={platform} is what a build takes anyway", hint: "leave the flag out" },
  },
  fix: "safe",
  checks: { recipe: platformHits },
  passes: [
    { shows: "none", dockerfile: "FROM x\n" },
    { shows: "$BUILDPLATFORM", dockerfile: "FROM --platform=$BUILDPLATFORM x\n" },
    { shows: "a stage for one kind", dockerfile: "FROM --platform=linux/arm64 x AS build-arm64\n" },
  ],
  fails: [
    { shows: "linux/amd64", dockerfile: "FROM --platform=linux/amd64 x\n", expect: { line: 1, fixed: "FROM x\n" } },
    {
      shows: "$TARGETPLATFORM",
      dockerfile: `FROM --platform=\${TARGETPLATFORM} x AS y\n`,
      expect: { case: "same", fixed: "FROM x AS y\n" },
    },
  ],
});

function platformHits({ recipe }: RecipeSubject): readonly Hit[] {
  return (recipe.dockerfile?.instructions ?? []).flatMap((instruction) => {
    if (instruction.keyword !== "FROM") return [];
    const flag = instruction.flags.find(({ name }) => name === "platform");
    const platform = flag?.value ?? "";
    const same = /^\$(TARGETPLATFORM|\{TARGETPLATFORM\})$/.test(platform);
    const kind = platform.split("/")[1] ?? "";
    const named = kind !== "" && instruction.alias?.text.toLowerCase().includes(kind.toLowerCase());
    if (!flag || platform === "" || (!same && platform.includes("$")) || named) return [];
    const behind = /^\s*/.exec(recipe.source.text.slice(flag.range.end))?.[0].length ?? 0;
    const edit = { range: { start: flag.range.start, end: flag.range.end + behind }, text: "" };
    const fix = { title: "leave --platform out", safe: same, edits: [edit] };
    return [{ case: same ? "same" : undefined, fields: { platform }, range: flag.range, fix }];
  });
}
