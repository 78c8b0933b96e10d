// An image says where it comes from: SRC002, SRC003, SRC004.

import type { AuditedConfig } from "../../../audit/types.ts";
import { listed } from "../../message.ts";
import { practice } from "../../practice.ts";
import type { GitFacts } from "../../practice-facts.ts";
import type { PairView, RecipeView } from "../../recipe-view/types.ts";
import { type Hit, unknown } from "../../rule.ts";
import type { Fix } from "../../types.ts";
import { exampleConfig } from "../example-parts.ts";
import { debian } from "../packages/calls.ts";
import { finalSteps } from "../recipe-parts.ts";

const SOURCE = "org.opencontainers.image.source";
const REVISION = "org.opencontainers.image.revision";
const HASH = "4f1c2aa90b7d";

export const TRACKED_RECIPE = practice({
  id: "SRC002",
  title: "The recipe is under version control",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "the recipe is not under version control",
  hint: "git add it, and commit",
  why: "Of a recipe that nobody keeps, nobody knows which text an image was built from.",
  source: "N2.2",
  peers: [],
  cases: {
    dirty: { message: "the recipe has changes that are not committed", hint: "commit them before the image is built" },
  },
  checks: {
    recipe: ({ recipe, facts: { git } }) => {
      const range = firstLine(recipe);
      if (!git) return { ...unknown("nobody looked into the git work tree"), range };
      if (!git.tracked) return { range };
      return git.dirty ? { case: "dirty", range } : undefined;
    },
  },
  passes: [{ shows: "committed", dockerfile: debian(), facts: { git: { tracked: true, dirty: false } } }],
  fails: [
    { shows: "untracked", dockerfile: debian(), facts: { git: { tracked: false, dirty: true } }, expect: { line: 1 } },
    {
      shows: "changed",
      definition: "Bootstrap: docker\nFrom: debian:13.1\n",
      facts: { git: { tracked: true, dirty: true } },
      expect: { case: "dirty" },
    },
    { shows: "nobody looked", dockerfile: debian(), expect: { certainty: "unknown" } },
  ],
});

function firstLine({ source: { text } }: RecipeView) {
  return { start: 0, end: Math.max(0, text.search(/\r?\n|$/)) };
}

export const NAMED_SOURCE = practice({
  id: "SRC003",
  title: "An image says which source made it",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "the image does not say which source made it: {missing} missing",
  hint: `add LABEL ${SOURCE}=URL ${REVISION}=COMMIT`,
  why: "Who finds an image wants to know whose it is, and which commit has to be mended.",
  source: "N2.2",
  peers: ["DL3049", "DL3055"],
  fix: "safe",
  cases: {
    revision: {
      message: "the revision {revision} of the image is no commit",
      hint: `write 7 to 64 hexadecimal digits into ${REVISION}`,
    },
  },
  checks: {
    recipe: ({ recipe, facts: { git } }) => {
      if (recipe.kind === "definition") return undefined;
      const labels = new Map(labelsOf(recipe).map((pair) => [pair.name, pair]));
      const last = recipe.chain.at(-1);
      const missing = [SOURCE, REVISION].filter((name) => !labels.get(name)?.value);
      if (missing.length > 0) {
        const range = last?.base.range;
        return { fields: { missing: missingText(missing) }, range, fix: labelFix(recipe, missing, git) };
      }
      const revision = labels.get(REVISION);
      return revision?.value !== undefined && !isRevision(revision.value)
        ? { case: "revision", fields: { revision: revision.value }, range: revision.range }
        : undefined;
    },
    image: ({ image: { config } }) => (config ? configHit(config) : unknown("nobody read the image's configuration")),
  },
  passes: [
    { shows: "both", dockerfile: debian(`LABEL ${SOURCE}=https://h.example/u/r ${REVISION}=${HASH}`) },
    {
      shows: "by an argument",
      dockerfile: debian("ARG REV", `LABEL ${SOURCE}="https://h.example/u/r" ${REVISION}=$REV`),
    },
    {
      shows: "of the stage below",
      dockerfile: `FROM debian:13.1 AS a\nLABEL ${SOURCE}=https://h.example ${REVISION}=${HASH}\nFROM a\n`,
    },
    {
      shows: "an image",
      image: { config: exampleConfig({ labels: { [SOURCE]: "https://h.example/u/r", [REVISION]: HASH } }) },
    },
  ],
  fails: [
    { shows: "no label", dockerfile: debian("RUN true"), expect: { says: "source and revision are missing" } },
    {
      shows: "a remote is known",
      dockerfile: debian("RUN true"),
      facts: { git: { tracked: true, dirty: false, remote: "https://h.example/u/r", revision: HASH } },
      expect: { fixed: debian("RUN true", `LABEL ${SOURCE}="https://h.example/u/r" ${REVISION}="${HASH}"`) },
    },
    {
      shows: "no commit",
      dockerfile: debian(`LABEL ${SOURCE}=https://h.example ${REVISION}=v1`),
      expect: { case: "revision" },
    },
    {
      shows: "an image",
      image: { config: exampleConfig({ labels: { [SOURCE]: "https://h.example" } }) },
      expect: { says: "revision is missing" },
    },
  ],
});

function labelsOf(recipe: RecipeView): readonly PairView[] {
  return finalSteps(recipe)
    .filter(({ keyword }) => keyword === "LABEL" || keyword === "labels")
    .flatMap(({ pairs }) => pairs.map((pair) => ({ ...pair, name: pair.name.replace(/^["']|["']$/g, "") })));
}

function missingText(names: readonly string[]): string {
  return `${listed(names.map((name) => name.split(".").at(-1) ?? name))} ${names.length === 1 ? "is" : "are"}`;
}

function isRevision(text: string): boolean {
  return /^[0-9a-f]{7,64}$/i.test(text) || text.includes("$");
}

function labelFix(
  { source: { text }, chain, dockerfile }: RecipeView,
  missing: readonly string[],
  git: GitFacts | undefined,
): Fix | undefined {
  const { remote, revision } = git ?? {};
  const last = chain.at(-1);
  if (remote === undefined || revision === undefined || !last || !dockerfile) return undefined;
  const values: Readonly<Record<string, string>> = { [SOURCE]: remote, [REVISION]: revision };
  const pairs = missing.map((name) => `${name}="${values[name]}"`).join(" ");
  const end = last.range.end;
  const feed = text.slice(0, end).endsWith("\n") ? "" : "\n";
  return {
    title: "say source and revision",
    safe: true,
    edits: [{ range: { start: end, end }, text: `${feed}LABEL ${pairs}` }],
  };
}

function configHit({ labels }: AuditedConfig): Hit | undefined {
  const missing = [SOURCE, REVISION].filter((name) => !Object.hasOwn(labels, name) || labels[name] === "");
  if (missing.length > 0) return { fields: { missing: missingText(missing) } };
  const revision = labels[REVISION] ?? "";
  return isRevision(revision) ? undefined : { case: "revision", fields: { revision } };
}

export const AGREEING_VERSIONS = practice({
  id: "SRC004",
  title: "Label, tag and argument say the same version",
  severity: "warning",
  class: "optional",
  certainty: "certain",
  message: "versions disagree: the label says {label}, {what} says {other}",
  hint: "set the label from the argument: LABEL org.opencontainers.image.version=$VERSION",
  why: "Who looks at an image cannot tell which version it is.",
  source: "N2.2",
  peers: ["DL3056"],
  checks: {
    recipe: ({ recipe }) => {
      const label = labelsOf(recipe).findLast(({ name }) => VERSION_LABELS.includes(name.toLowerCase()));
      const own = finalSteps(recipe)
        .filter(({ keyword }) => keyword === "ARG" || keyword === "ENV" || keyword === "arguments")
        .flatMap(({ pairs }) => pairs)
        .find(({ name }) => VERSION_ARGUMENTS.test(name));
      if (!label?.value || !own?.value || agree(label.value, own.value)) return undefined;
      return { fields: { label: label.value, what: own.name, other: own.value }, range: label.range };
    },
    image: ({ image: { config, name }, facts: { tags } }) => {
      if (!config) return unknown("nobody read the image's configuration");
      const label = VERSION_LABELS.map((key) => config.labels[key]).find(
        (value) => value !== undefined && value !== "",
      );
      if (label === undefined) return undefined;
      const named = /:([\w.-]+)$/.exec(name.replace(/@.*$/, ""))?.[1];
      const versions = [...(tags?.own ?? []), ...(named === undefined ? [] : [named])].filter((tag) => isVersion(tag));
      const [other] = versions;
      if (other === undefined || versions.some((tag) => agree(label, tag))) return undefined;
      return { fields: { label, what: "the tag", other } };
    },
  },
  passes: [
    { shows: "equal", dockerfile: debian("ARG VERSION=7.5.1", "LABEL version=7.5.1") },
    {
      shows: "from the argument",
      dockerfile: debian("ARG VERSION=7.5.1", "LABEL org.opencontainers.image.version=$VERSION"),
    },
    { shows: "nothing to compare", dockerfile: debian("ARG PYTHON_VERSION=3.13", "LABEL version=7.5.1") },
    {
      shows: "a shorter tag",
      image: {
        name: "h.example/a:7.5",
        config: exampleConfig({ labels: { "org.opencontainers.image.version": "7.5.1" } }),
      },
    },
  ],
  fails: [
    {
      shows: "a label of old",
      dockerfile: debian("ARG VERSION=7.5.1", "LABEL version=7.5.0"),
      expect: { says: "label says 7.5.0, VERSION says 7.5.1" },
    },
    {
      shows: "a definition file",
      definition: "Bootstrap: docker\nFrom: debian:13.1\n%arguments\n    VERSION=2.0\n%labels\n    version 1.9\n",
    },
    {
      shows: "tag 7.5.1, label 7.5.0",
      image: { name: "h.example/a:7.5.1", config: exampleConfig({ labels: { version: "7.5.0" } }) },
      expect: { says: "the tag says 7.5.1" },
    },
  ],
});

const VERSION_LABELS = ["org.opencontainers.image.version", "org.label-schema.version", "version"];
const VERSION_ARGUMENTS = /^((APP|SOFTWARE|IMAGE|RELEASE|PACKAGE|PROJECT)_)?VERSION$/i;

function isVersion(text: string): boolean {
  return /^v?\d+(\.\d+)+/.test(text);
}

// `7.5` and `v7.5.1-slim` are the same as `7.5.1`; what holds a variable is not known.
function agree(one: string, other: string): boolean {
  if (/\$/.test(one + other)) return true;
  const parts = (text: string) => text.replace(/^v/i, "").split(/[-+_]/)[0]?.split(".") ?? [];
  const [a, b] = [parts(one), parts(other)];
  return Array.from({ length: Math.min(a.length, b.length) }, (_, index) => a[index] === b[index]).every(Boolean);
}
