// How apt is called: PKG010, PKG011.

import { insertBehind } from "../../commands/edits.ts";
import { hasFlag } from "../../commands/options.ts";
import { isApt } from "../../commands/package-commands.ts";
import { practice } from "../../practice.ts";
import type { RecipeView } from "../../recipe-view/types.ts";
import { allSteps } from "../recipe-parts.ts";
import { buildCalls, callsIn, debian, isRehearsal, isWritten, type PlacedCall, post } from "./calls.ts";

export const RECOMMENDED_PACKAGES = practice({
  id: "PKG010",
  title: "apt installs only what is asked for",
  severity: "info",
  class: "recommended",
  certainty: "certain",
  message: "{manager} {subcommand} brings recommended packages, too",
  hint: "add --no-install-recommends, and name what is needed of them",
  why: "Recommended packages are for desktops and terminals; they make images larger, and each may have flaws.",
  source: "N2.7",
  peers: ["DL3015", "DS-0029"],
  fix: "safe",
  checks: {
    recipe: ({ recipe }) => {
      if (isConfigured(recipe)) return undefined;
      return buildCalls(recipe)
        .filter(takesRecommended)
        .map((placed) => ({
          fields: { manager: placed.call.manager, subcommand: placed.call.subcommand },
          range: placed.call.command.range,
          fix: isWritten(recipe, placed)
            ? {
                title: "add --no-install-recommends",
                safe: true,
                edits: [insertBehind(placed.call.actionRange, " --no-install-recommends")],
              }
            : undefined,
        }));
    },
  },
  passes: [
    { shows: "the option", dockerfile: debian("RUN apt-get install -y --no-install-recommends curl") },
    { shows: "in front", dockerfile: debian("RUN apt-get --no-install-recommends install -y curl") },
    { shows: "-o", dockerfile: debian("RUN apt-get -o APT::Install-Recommends=false install -y curl") },
    {
      shows: "by a file",
      dockerfile: debian(
        `RUN echo 'APT::Install-Recommends "0";' > /etc/apt/apt.conf.d/no && apt-get update && apt-get install -y curl`,
      ),
    },
    {
      shows: "a file of the context",
      dockerfile: debian("COPY apt.conf /etc/apt/apt.conf.d/", "RUN apt-get install -y curl"),
    },
    { shows: "broken packages are mended", dockerfile: debian("RUN dpkg -i x.deb || apt-get install -f -y") },
  ],
  fails: [
    {
      shows: "apt-get install",
      dockerfile: debian("RUN apt-get update && apt-get install -y x"),
      expect: { fixed: debian("RUN apt-get update && apt-get install --no-install-recommends -y x") },
    },
    { shows: "%post", definition: post("apt-get -y install curl \\", "    git") },
    { shows: "names from a pipe", dockerfile: debian("RUN cat list | xargs apt-get install -y") },
  ],
});

function isConfigured({ source: { text }, stages }: RecipeView): boolean {
  if (/APT::Install-Recommends\W+(0|false|no|off)\b/i.test(text)) return true;
  // What a file of the context says is not known.
  return stages.some(({ steps }) => steps.some(({ copies }) => copies.some(({ target }) => isSetting(target))));
}

function isSetting(target: string | undefined): boolean {
  return target !== undefined && /^\/etc\/apt\/apt\.conf/.test(target);
}

function takesRecommended({ call, command }: PlacedCall): boolean {
  if (!isApt(call) || !["install", "reinstall"].includes(call.subcommand)) return false;
  const named = call.packages.length > 0 || command.wrappers.some(({ name }) => name === "xargs");
  if (!named || call.open || isRehearsal(call)) return false;
  return !hasFlag(
    call,
    "--no-install-recommends",
    "--without-recommends",
    ...(call.manager === "aptitude" ? ["-R"] : []),
  );
}

export const PLAIN_APT = practice({
  id: "PKG011",
  title: "Scripts call apt-get, not apt",
  severity: "style",
  class: "recommended",
  certainty: "certain",
  message: "apt {subcommand}: apt has no stable command line",
  hint: "write {instead}",
  why: "apt is made for people at a terminal; what it prints and takes may change with every release.",
  source: "ours",
  peers: ["DL3027"],
  fix: "safe",
  checks: {
    recipe: ({ recipe }) =>
      callsIn(allSteps(recipe))
        .filter(({ call }) => call.manager === "apt")
        .map(({ call }) => ({
          fields: { subcommand: call.subcommand, instead: insteadOf(call.subcommand).join(" ") },
          range: call.command.nameRange,
          fix: fixOf(recipe, call.subcommand, call.command.nameRange, call.actionRange),
        })),
  },
  passes: [
    { shows: "apt-get", dockerfile: debian("RUN apt-get update && apt-get install -y apt") },
    { shows: "apt-key and apt-cache", dockerfile: debian("RUN apt-cache policy curl") },
  ],
  fails: [
    {
      shows: "apt install",
      dockerfile: debian("RUN apt-get update && apt install -y curl"),
      expect: { fixed: debian("RUN apt-get update && apt-get install -y curl") },
    },
    {
      shows: "full-upgrade",
      definition: post("apt full-upgrade -y"),
      expect: { fixed: post("apt-get dist-upgrade -y") },
    },
    { shows: "a list", dockerfile: debian("RUN apt list --installed"), expect: { says: "apt list" } },
  ],
});

function insteadOf(subcommand: string): readonly [program: string, subcommand: string] {
  if (subcommand === "full-upgrade") return ["apt-get", "dist-upgrade"];
  if (["search", "show", "policy", "depends", "rdepends", "showsrc"].includes(subcommand))
    return ["apt-cache", subcommand];
  return subcommand === "list" ? ["dpkg", "--list"] : ["apt-get", subcommand];
}

function fixOf(
  { source: { text } }: RecipeView,
  subcommand: string,
  name: { readonly start: number; readonly end: number },
  action: { readonly start: number; readonly end: number },
) {
  const [program, instead] = insteadOf(subcommand);
  const start = name.end - "apt".length;
  if (text.slice(start, name.end) !== "apt" || program === "dpkg") return undefined;
  const edits = [{ range: { start, end: name.end }, text: program }];
  if (instead !== subcommand) edits.push({ range: action, text: instead });
  return { title: `call ${program}`, safe: true, edits };
}
