// Who answers for an image, and how it is fetched: BAS007, BAS008, BAS009.

import { HUB } from "../../../oci/reference.ts";
import type { Header } from "../../../recipe/definition/ast.ts";
import { fitsAny } from "../../glob.ts";
import type { ImageName } from "../../image-name.ts";
import { listed } from "../../message.ts";
import { practice } from "../../practice.ts";
import type { PracticeConfig } from "../../practice-config.ts";
import type { RecipeView, StageView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import type { Edit } from "../../types.ts";
import { launchedImage, usedImages } from "./references.ts";

export const TRUSTED_SOURCE = practice({
  id: "BAS007",
  title: "Images come from an official or a site source",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{image} is neither an official image nor from a source of the site",
  hint: "take an official image or one of the site's; or let the site look at {image} and list it",
  why: "Anybody can push to a public registry; nobody says who looked at it, and who mends it.",
  source: "Spin: Choosing the best image source",
  peers: ["DL3026", "CIS-DI-0002"],
  controls: ["CIS 4.2", "NIST 800-190 4.1.5"],
  checks: {
    recipe: ({ recipe, tables }) =>
      usedImages(recipe)
        .filter(({ name, agent }) => (agent === "docker" || agent === "oras") && !isTrusted(name, tables))
        .map(({ text, range }) => ({ fields: { image: text }, range })),
    launch: ({ launch, tables }) => {
      const image = launch.tool === "compose" ? launchedImage(launch) : undefined;
      if (!image || isTrusted(image.name, tables)) return undefined;
      return { fields: { image: image.text }, range: image.range };
    },
  },
  passes: [
    { shows: "official", dockerfile: "FROM debian:13.1\n" },
    { shows: "official, in full", dockerfile: "FROM docker.io/library/debian:13.1\n" },
    { shows: "the site's", dockerfile: "FROM site.example/base/a:1\n", policy: { trustedSources: ["site.example/*"] } },
    {
      shows: "a host of the site",
      dockerfile: "FROM site.example/x/a:1\n",
      policy: { trustedSources: ["site.example"] },
    },
    { shows: "a service", compose: "image: nginx:1.27\n" },
  ],
  fails: [
    { shows: "somebody's", dockerfile: "FROM someuser/tool:1\n", expect: { says: "someuser/tool:1" } },
    { shows: "another registry", definition: "Bootstrap: docker\nFrom: quay.io/a/b:1\n", expect: { line: 2 } },
    { shows: "oras", definition: "Bootstrap: oras\nFrom: h.example/a/b:1\n" },
    { shows: "a service", compose: "image: someuser/tool:1\n" },
  ],
});

function isTrusted({ official, registry, repository }: ImageName, { trustedSources }: PracticeConfig): boolean {
  if (official) return true;
  const short = registry === HUB ? [repository] : [];
  return [registry, `${registry}/${repository}`, ...short].some((name) => fitsAny(trustedSources, name));
}

export const KNOWN_BASE = practice({
  id: "BAS008",
  title: "The base is known without a build argument",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "the base {image} is not known without the build argument {name}",
  hint: "give it a default: ARG {name}=…",
  why: "Whoever builds without the argument gets an error, or another image than the one that was tested.",
  source: "N2.2",
  peers: ["UndefinedArgInFrom", "InvalidDefaultArgInFrom"],
  checks: {
    recipe: ({ recipe, facts: { buildArguments } }) =>
      recipe.kind === "definition"
        ? undefined
        : recipe.stages.flatMap((stage) => {
            const empty = emptyArguments(recipe, stage).filter((name) => !buildArguments?.get(name));
            const missing = stage.base.missing.filter((name) => !PLATFORM.test(name) && !buildArguments?.has(name));
            const [name] = [...missing, ...empty];
            return name === undefined ? [] : [{ fields: { image: stage.base.text, name }, range: stage.base.range }];
          }),
  },
  passes: [
    { shows: "a default", dockerfile: "ARG B=debian:13.1\nFROM $B\n" },
    { shows: "a default in the FROM", dockerfile: `ARG B\nFROM \${B:-debian:13.1}\n` },
    {
      shows: "the argument is given",
      dockerfile: "ARG B\nFROM $B\n",
      facts: { buildArguments: new Map([["B", "debian:13.1"]]) },
    },
    { shows: "the platform", dockerfile: "FROM --platform=$BUILDPLATFORM h.example/a-$TARGETARCH:1\n" },
  ],
  fails: [
    { shows: "no default", dockerfile: "ARG B\nFROM $B\n", expect: { line: 2, says: "build argument B" } },
    { shows: "an empty default", dockerfile: `ARG TAG=\nFROM debian:\${TAG}\n`, expect: { says: "TAG" } },
    { shows: "never declared", dockerfile: `FROM debian:\${VERSION}\n` },
  ],
});

const PLATFORM = /^(BUILD|TARGET)(PLATFORM|OS|OSVERSION|ARCH|VARIANT|STAGE)$/;

// `${NAME:-…}` and its kin have a value of their own.
function emptyArguments({ dockerfile }: RecipeView, { base: { text } }: StageView): readonly string[] {
  const used = new Set([...text.matchAll(/\$(?:\{(\w+)\}|(\w+))/g)].map((match) => match[1] ?? match[2] ?? ""));
  const all = dockerfile?.instructions ?? [];
  const head = all.slice(
    0,
    all.findIndex(({ keyword }) => keyword === "FROM"),
  );
  return head
    .flatMap((instruction) => (instruction.keyword === "ARG" ? instruction.pairs : []))
    .filter(({ name, value }) => used.has(name.text) && value !== undefined && /^(""|'')?$/.test(value.text))
    .map(({ name }) => name.text);
}

export const ALLOWED_AGENT = practice({
  id: "BAS009",
  title: "Definition files bootstrap in a way that is allowed",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "the bootstrap agent {agent} is not allowed",
  hint: "use one of {agents}",
  why: "What such an agent makes has no digest that could be scanned, signed or looked up again.",
  source: "N2.1",
  peers: [],
  fix: "unsafe",
  cases: {
    gone: {
      message: "the bootstrap agent shub is not allowed: the service is gone",
      hint: "look for the image in a registry, and write Bootstrap: docker",
    },
    library: {
      message: "the bootstrap agent {agent} is not allowed: a library is no registry that can be scanned",
      hint: "write Bootstrap: docker, with the image of a registry",
    },
    mirror: {
      message:
        "the bootstrap agent {agent} is not allowed: it takes packages from a mirror whose signatures nobody checks",
      hint: "begin with an image of the distribution: Bootstrap: docker",
    },
  },
  checks: {
    recipe: ({ recipe, tables }) => recipe.stages.flatMap((stage, index) => agentHit(recipe, stage, index, tables)),
  },
  passes: [
    { shows: "docker", definition: "Bootstrap: docker\nFrom: debian:13.1\n" },
    { shows: "a file", definition: "Bootstrap: localimage\nFrom: base.sif\n" },
    {
      shows: "what the site lists",
      definition: "Bootstrap: library\nFrom: a/b/c:1\n",
      policy: { agents: ["library"] },
    },
    { shows: "a Dockerfile", dockerfile: "FROM debian:13.1\n" },
  ],
  fails: [
    {
      shows: "shub",
      definition: "Bootstrap: shub\nFrom: a/b:1\n",
      expect: { case: "gone", line: 1, fixed: "Bootstrap: docker\nFrom: a/b:1\n" },
    },
    {
      shows: "library",
      definition: "Bootstrap: library\nFrom: library://debian:13\n",
      expect: { case: "library", fixed: "Bootstrap: docker\nFrom: debian:13\n" },
    },
    {
      shows: "yum",
      definition: "BootStrap: yum\nOSVersion: 9\nMirrorURL: https://h.example/\nInclude: yum\n",
      expect: { case: "mirror" },
    },
    {
      shows: "zypper",
      definition: "Bootstrap: docker\nFrom: debian:13.1\nStage: a\n\nBootstrap: scratchy\n",
      expect: { line: 5 },
    },
  ],
});

const CASES: Readonly<Record<string, string>> = {
  shub: "gone",
  library: "library",
  debootstrap: "mirror",
  yum: "mirror",
  dnf: "mirror",
  zypper: "mirror",
  arch: "mirror",
  busybox: "mirror",
};

function agentHit(
  recipe: RecipeView,
  { base: { agent }, range }: StageView,
  index: number,
  tables: PracticeConfig,
): readonly Hit[] {
  if (recipe.kind !== "definition" || tables.agents.includes(agent) || agent === "") return [];
  const headers = recipe.definition?.stages[index]?.headers ?? [];
  const header = headers.find(({ key }) => key === "bootstrap");
  const { text } = recipe.source;
  // With build arguments put in, places of the definition are not those of the file.
  const exact =
    header !== undefined && text.slice(header.valueRange.start, header.valueRange.end).toLowerCase() === agent;
  const fix = exact && ["shub", "library"].includes(agent) ? dockerEdits(text, header, headers) : undefined;
  return [
    {
      case: CASES[agent],
      fields: { agent, agents: listed(tables.agents, "or") },
      range: exact ? header.range : range,
      fix: fix && { title: "use docker", safe: false, edits: fix },
    },
  ];
}

function dockerEdits(text: string, { valueRange }: Header, headers: readonly Header[]): readonly Edit[] {
  const from = headers.find(({ key }) => key === "from");
  const edits: Edit[] = [{ range: valueRange, text: "docker" }];
  const scheme = from && /^(library|shub):\/\//.exec(text.slice(from.valueRange.start, from.valueRange.end))?.[0];
  if (from && scheme)
    edits.push({ range: { start: from.valueRange.start, end: from.valueRange.start + scheme.length }, text: "" });
  return edits;
}
