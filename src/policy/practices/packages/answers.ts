// Builds have nobody who answers: PKG004, PKG012, PKG013.

import { insertBefore, insertBehind } from "../../commands/edits.ts";
import { hasFlag } from "../../commands/options.ts";
import { isApt, isConda, isYum, type PackageCommand } from "../../commands/package-commands.ts";
import { plainText } from "../../commands/words.ts";
import { practice } from "../../practice.ts";
import type { CommandView, RecipeView, StepView } from "../../recipe-view/types.ts";
import { type Hit, unknown } from "../../rule.ts";
import { exampleConfig } from "../example-parts.ts";
import { finalSteps } from "../recipe-parts.ts";
import { buildCalls, debian, isRehearsal, isWritten, type PlacedCall, post } from "./calls.ts";

export const ASSUMED_YES = practice({
  id: "PKG004",
  title: "Package managers do not wait for an answer",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{manager} {subcommand} asks before it begins, and nobody answers",
  hint: "add {flag}: {example}",
  why: "A build has no terminal: the question is answered with no, and the build ends or goes on without the packages.",
  source: "N2.5",
  peers: ["DL3014", "DL3030", "DL3034", "DL3038", "DS-0021"],
  fix: "safe",
  checks: {
    recipe: ({ recipe }) => {
      const set = settings(recipe);
      return buildCalls(recipe).flatMap((placed) => askingHit(recipe, placed, set));
    },
  },
  passes: [
    { shows: "-y", dockerfile: debian("RUN apt-get update && apt-get install -y curl") },
    { shows: "-qq and clusters", dockerfile: debian("RUN apt-get -qq install curl && apt-get -qqy upgrade") },
    { shows: "by configuration", dockerfile: debian("RUN apt-get -o APT::Get::Assume-Yes=true install curl") },
    {
      shows: "by a file",
      dockerfile: debian(
        `RUN echo 'APT::Get::Assume-Yes "true";' > /etc/apt/apt.conf.d/90yes`,
        "RUN apt-get update && apt-get install curl",
      ),
    },
    { shows: "yes answers", dockerfile: "FROM rockylinux:9\nRUN yes | yum install gcc\n" },
    { shows: "zypper -n", dockerfile: "FROM opensuse/leap:16.0\nRUN zypper -n in gcc\n" },
    { shows: "conda -y", definition: post("conda install -y numpy=2.1", "conda env create -f environment.yml") },
    { shows: "apk never asks", dockerfile: "FROM alpine:3.22\nRUN apk add --no-cache git\n" },
  ],
  fails: [
    {
      shows: "yum install",
      dockerfile: "FROM rockylinux:9\nRUN yum install gcc\n",
      expect: { fixed: "FROM rockylinux:9\nRUN yum install -y gcc\n" },
    },
    { shows: "apt-get purge", dockerfile: debian("RUN apt-get purge curl"), expect: { says: "apt-get purge" } },
    {
      shows: "one q is not enough",
      dockerfile: debian("RUN apt-get -q install curl"),
      expect: { fixed: debian("RUN apt-get -q install -y curl") },
    },
    {
      shows: "zypper",
      dockerfile: "FROM opensuse/leap:16.0\nRUN zypper install gcc\n",
      expect: { fixed: "FROM opensuse/leap:16.0\nRUN zypper -n install gcc\n" },
    },
    {
      shows: "conda",
      definition: post("conda install numpy=2.1"),
      expect: { fixed: post("conda install -y numpy=2.1") },
    },
    { shows: "xargs", dockerfile: debian("RUN cat list | xargs apt-get install") },
    {
      shows: "in JSON, which is left as it is",
      dockerfile: debian('RUN ["yum", "install", "gcc"]'),
      expect: { says: "yum install" },
    },
  ],
});

interface Settings {
  readonly apt: boolean;
  readonly yum: boolean;
  readonly conda: boolean;
}

// What configuration says for all calls, by whatever means it was written.
function settings(recipe: RecipeView): Settings {
  const text = recipe.source.text;
  return {
    apt: /APT::Get::Assume-Yes\W+(true|1|yes)/i.test(text),
    yum: /assumeyes\s*=\s*(1|true|yes)/i.test(text),
    conda: /always_yes[\s:]+(true|yes)|CONDA_ALWAYS_YES[\s=]+["']?(true|1|yes)/i.test(text),
  };
}

function askingHit(recipe: RecipeView, placed: PlacedCall, set: Settings): readonly Hit[] {
  const { call, command } = placed;
  const flag = flagOf(call);
  if (flag === undefined || call.open || isRehearsal(call) || isAnswered(call, command, set)) return [];
  const { manager, subcommand, actionRange } = call;
  const zypper = manager === "zypper";
  const example = zypper ? `zypper -n ${subcommand}` : `${manager} ${subcommand} ${flag}`;
  const edit = insertBehind(zypper ? call.command.nameRange : actionRange, ` ${flag}`);
  return [
    {
      fields: { manager, subcommand, flag, example },
      range: call.command.range,
      fix: isWritten(recipe, placed) ? { title: `add ${flag}`, safe: true, edits: [edit] } : undefined,
    },
  ];
}

// The option that would be missing; undefined: this call never asks.
function flagOf(call: PackageCommand): string | undefined {
  const { action, manager, subcommand } = call;
  const changes = action === "install" || action === "upgrade" || action === "remove";
  if (isApt(call) || isYum(call)) return changes ? "-y" : undefined;
  if (manager === "zypper") return changes ? "-n" : undefined;
  if (manager === "pacman") return changes ? "--noconfirm" : undefined;
  if (!isConda(call) || subcommand.startsWith("env ") || subcommand === "self-update") return undefined;
  return action === "install" || action === "upgrade" || action === "create" ? "-y" : undefined;
}

function isAnswered(call: PackageCommand, command: CommandView, set: Settings): boolean {
  if (hasFlag(call, "-y", "--yes", "--assume-yes", "--assumeyes", "--noconfirm", "--force-yes")) return true;
  // `yes |`; with xargs the pipe brings the names.
  if (command.pipe.index > 0 && !command.wrappers.some(({ name }) => name === "xargs")) return true;
  if (isConda(call)) return set.conda || call.flags.has("--file-only") || command.variables.has("CONDA_ALWAYS_YES");
  if (call.manager === "zypper") return hasFlag(call, "-n", "--non-interactive", "--no-confirm");
  if (isYum(call)) return set.yum;
  const words = call.command.words.map(plainText);
  const quiet = words.some((word) => /^-[a-pr-z]*q[a-pr-z]*q/.test(word) || /^(-q|--quiet)=[2-9]$/.test(word));
  return quiet || words.filter((word) => /^(-q|--quiet)$/.test(word)).length > 1 || set.apt;
}

export const NO_QUESTIONS = practice({
  id: "PKG012",
  title: "apt asks no questions in a build",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "DEBIAN_FRONTEND=noninteractive does not reach {command}",
  hint: "write DEBIAN_FRONTEND=noninteractive in front of the command, or export it before",
  why: "Packages such as tzdata ask also with -y, and the build waits for ever.",
  source: "N2.18",
  peers: [],
  fix: "safe",
  checks: { recipe: ({ recipe }) => buildCalls(recipe).flatMap((placed) => questionHit(recipe, placed)) },
  passes: [
    {
      shows: "in ENV",
      dockerfile: debian("ENV DEBIAN_FRONTEND=noninteractive", "RUN apt-get update && apt-get install -y tzdata"),
    },
    {
      shows: "in ARG",
      dockerfile: debian("ARG DEBIAN_FRONTEND=noninteractive", "RUN apt-get update && apt-get install -y tzdata"),
    },
    { shows: "on the command", dockerfile: debian("RUN DEBIAN_FRONTEND=noninteractive apt-get install -y tzdata") },
    { shows: "exported", definition: post("export DEBIAN_FRONTEND=noninteractive", "apt-get install -y tzdata") },
    { shows: "nothing is installed", dockerfile: debian("RUN apt-get update && apt-get purge -y curl") },
  ],
  fails: [
    {
      shows: "on another command",
      dockerfile: debian("RUN DEBIAN_FRONTEND=noninteractive apt-get update && apt-get install -y tzdata"),
      expect: {
        fixed: debian(
          "RUN DEBIAN_FRONTEND=noninteractive apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y tzdata",
        ),
      },
    },
    {
      shows: "only in %environment",
      definition: `${post("apt-get install -y tzdata")}%environment\nexport DEBIAN_FRONTEND=noninteractive\n`,
    },
    {
      shows: "in another stage",
      dockerfile: `FROM debian:13.1 AS one\nARG DEBIAN_FRONTEND=noninteractive\n${debian("RUN apt-get install -y tzdata")}`,
      expect: { line: 4 },
    },
    { shows: "set, but not exported", definition: post("DEBIAN_FRONTEND=noninteractive", "apt-get install -y tzdata") },
  ],
});

function questionHit(recipe: RecipeView, placed: PlacedCall): readonly Hit[] {
  const { call, command } = placed;
  if (!isApt(call) || call.action !== "install" || isRehearsal(call)) return [];
  const { variables, wrappers } = command;
  const value = variables.get("DEBIAN_FRONTEND");
  const known = variables.has("DEBIAN_FRONTEND");
  if (known && (value === undefined || value === "noninteractive")) return [];
  if (/debconf\/frontend\s+select\s+noninteractive/i.test(recipe.source.text)) return [];
  const text = `${wrappers.every(({ name }) => name === "sudo") ? "" : "env "}DEBIAN_FRONTEND=noninteractive `;
  const shown = [call.manager, call.subcommand, ...call.packages.slice(0, 2).map(({ name }) => name)].join(" ");
  const title = "set DEBIAN_FRONTEND for this command";
  const edits = [insertBefore(call.command.nameRange, text)];
  const plain = isWritten(recipe, placed);
  return [
    { fields: { command: shown }, range: call.command.range, fix: plain ? { title, safe: true, edits } : undefined },
  ];
}

export const LEFT_FRONTEND = practice({
  id: "PKG013",
  title: "DEBIAN_FRONTEND is not left in the image",
  severity: "info",
  class: "optional",
  certainty: "certain",
  message: "DEBIAN_FRONTEND={value} stays in the environment of every container",
  hint: "set it for the build alone: ARG DEBIAN_FRONTEND=noninteractive",
  why: "Who installs something in a container by hand is not asked what should be asked.",
  source: "ours",
  peers: [],
  fix: "unsafe",
  checks: {
    recipe: ({ recipe }) => {
      const last = recipe.chain.at(-1);
      const value = last?.environment.get("DEBIAN_FRONTEND");
      if (recipe.kind === "definition" || !last?.environment.has("DEBIAN_FRONTEND") || value === "") return undefined;
      const steps = finalSteps(recipe).filter(({ keyword }) => keyword === "ENV");
      const step = steps.findLast(({ pairs }) => pairs.some(({ name }) => name === "DEBIAN_FRONTEND"));
      const pair = step?.pairs.find(({ name }) => name === "DEBIAN_FRONTEND");
      if (!step || !pair) return undefined;
      return { fields: { value: value ?? pair.value }, range: pair.range, fix: argumentFix(recipe, step) };
    },
    image: ({ image: { config } }) => {
      if (!config) return unknown("nobody read the image's configuration");
      const value = config.env.find((pair) => pair.startsWith("DEBIAN_FRONTEND="))?.slice("DEBIAN_FRONTEND=".length);
      return value === undefined || value === "" ? undefined : { fields: { value } };
    },
  },
  passes: [
    { shows: "ARG", dockerfile: debian("ARG DEBIAN_FRONTEND=noninteractive") },
    { shows: "only while building", dockerfile: `${debian("ENV DEBIAN_FRONTEND=noninteractive")}FROM debian:13.1\n` },
    { shows: "emptied again", dockerfile: debian("ENV DEBIAN_FRONTEND=noninteractive", "ENV DEBIAN_FRONTEND=") },
    { shows: "an image without", image: {} },
  ],
  fails: [
    {
      shows: "ENV",
      dockerfile: debian("ENV DEBIAN_FRONTEND=noninteractive"),
      expect: { fixed: debian("ARG DEBIAN_FRONTEND=noninteractive") },
    },
    {
      shows: "the old form",
      dockerfile: debian("ENV DEBIAN_FRONTEND noninteractive"),
      expect: { fixed: debian("ARG DEBIAN_FRONTEND=noninteractive") },
    },
    { shows: "an image", image: { config: exampleConfig({ env: ["DEBIAN_FRONTEND=noninteractive"] }) } },
    { shows: "an image that nobody read", image: { config: undefined }, expect: { certainty: "unknown" } },
  ],
});

function argumentFix({ chain, stages }: RecipeView, step: StepView) {
  const [pair] = step.pairs;
  // An argument holds in its own stage only.
  if (chain.length !== 1 || stages.length !== 1 || step.pairs.length !== 1 || pair?.value === undefined)
    return undefined;
  if (!/^[\w-]+$/.test(pair.value)) return undefined;
  const text = `ARG ${pair.name}=${pair.value}`;
  return { title: "use ARG", safe: false, edits: [{ range: step.range, text }] };
}
