// The index of packages and the install that uses it belong into one layer: PKG002, PKG003.

import { insertBefore, insertBehind, joinSteps } from "../../commands/edits.ts";
import { isApt, isSystem } from "../../commands/package-commands.ts";
import { practice } from "../../practice.ts";
import type { RecipeView, StageView, StepView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import type { Fix } from "../../types.ts";
import { commandsIn } from "../recipe-parts.ts";
import { callsIn, debian, isRehearsal, isWritten, type PlacedCall } from "./calls.ts";

export const LONE_REFRESH = practice({
  id: "PKG002",
  title: "The index of packages is refreshed where it is used",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{command} makes a layer of its own: the index in it goes stale",
  hint: "join it with the RUN that installs: {command} && … install",
  why: "The layer is taken from the cache for months, and then the install asks for versions that the mirrors no longer have.",
  source: "N2.10",
  peers: ["DS-0017", "CIS-DI-0007"],
  controls: ["CIS 4.7"],
  fix: "safe",
  checks: {
    recipe: ({ recipe }) =>
      recipe.kind === "definition" ? undefined : recipe.stages.flatMap((stage) => loneRefreshes(recipe, stage)),
  },
  passes: [
    { shows: "with the install", dockerfile: debian("RUN apt-get update && apt-get install -y curl") },
    { shows: "with an upgrade", dockerfile: debian("RUN apt-get update; apt-get -y upgrade") },
    { shows: "with a script that may install", dockerfile: debian("RUN apt-get update && ./install.sh") },
    { shows: "in a definition file", definition: "Bootstrap: docker\nFrom: debian:13.1\n%post\napt-get update\n" },
  ],
  fails: [
    {
      shows: "apt-get update alone",
      dockerfile: debian("RUN apt-get update", "RUN apt-get install -y curl"),
      expect: { line: 2, fixed: debian("RUN apt-get update \\", " && apt-get install -y curl") },
    },
    { shows: "apk update alone", dockerfile: "FROM alpine:3.22\nRUN apk update\n", expect: { says: "apk update" } },
    { shows: "with something else", dockerfile: debian("RUN set -e; apt-get -qq update && echo done") },
  ],
});

function loneRefreshes(recipe: RecipeView, { steps }: StageView): readonly Hit[] {
  return steps.flatMap((step, index) => {
    const calls = callsIn([step], "build").filter(({ call }) => isSystem(call));
    const refresh = calls.find(({ call }) => call.action === "refresh" && call.subcommand !== "check-update");
    if (!refresh || calls.some(({ call }) => uses(call.action, call.subcommand)) || runsScript(step)) return [];
    const { call } = refresh;
    return [
      {
        fields: { command: `${call.manager} ${call.subcommand}` },
        range: call.command.range,
        fix: joinFix(recipe, step, steps[index + 1]),
      },
    ];
  });
}

function uses(action: string, subcommand: string): boolean {
  return action === "install" || action === "upgrade" || ["source", "download", "satisfy"].includes(subcommand);
}

// What a script does is not known: it may well install.
function runsScript(step: StepView): boolean {
  return commandsIn([step], "build").some(
    ({ command }) =>
      /\.(sh|py|pl|bash)$/.test(command.name ?? "") ||
      command.name === undefined ||
      (/^(ba|da|z|k)?sh$/.test(command.name) && command.words.length > 0),
  );
}

function joinFix(recipe: RecipeView, step: StepView, next: StepView | undefined): Fix | undefined {
  if (!next || !callsIn([next], "build").some(({ call }) => isSystem(call) && uses(call.action, ""))) return undefined;
  const edit = joinSteps(recipe, step, next);
  return edit && { title: "join it with the next RUN", safe: true, edits: [edit] };
}

export const STALE_INDEX = practice({
  id: "PKG003",
  title: "An install refreshes the index in its own layer",
  severity: "warning",
  class: "required",
  certainty: "certain",
  message: "{manager} installs {names} with an index from another layer",
  hint: "write {command} in the same RUN",
  why: "A cached or missing index makes the build fail, or install versions with flaws that were mended since.",
  source: "N2.10",
  peers: [],
  fix: "safe",
  checks: {
    recipe: ({ recipe }) => {
      if (recipe.kind === "definition") return undefined;
      const steps = recipe.stages.flatMap((stage) => stage.steps);
      return steps.flatMap((step) => staleInstalls(recipe, callsIn([step], "build")));
    },
  },
  passes: [
    { shows: "update first", dockerfile: debian("RUN apt-get update && apt-get install -y curl") },
    { shows: "apk --no-cache", dockerfile: "FROM alpine:3.22\nRUN apk add --no-cache curl\n" },
    { shows: "apk -U", dockerfile: "FROM alpine:3.22\nRUN apk -U add curl\n" },
    {
      shows: "in a here-document",
      dockerfile: debian("RUN <<EOF", "apt-get update", "apt-get install -y curl", "EOF"),
    },
    { shows: "a local file", dockerfile: debian("RUN apt-get install -y ./tool.deb") },
    { shows: "dnf looks by itself", dockerfile: "FROM rockylinux:9\nRUN dnf install -y gcc\n" },
  ],
  fails: [
    {
      shows: "install alone",
      dockerfile: debian("RUN apt-get install -y curl"),
      expect: { fixed: debian("RUN apt-get update && apt-get install -y curl") },
    },
    {
      shows: "update in the RUN above",
      dockerfile: debian("RUN apt-get update", "RUN set -ex; \\", "    apt-get install -y curl"),
      expect: { line: 4, says: "curl" },
    },
    {
      shows: "apk",
      dockerfile: "FROM alpine:3.22\nRUN apk add git make\n",
      expect: { says: "git and make", fixed: "FROM alpine:3.22\nRUN apk add --no-cache git make\n" },
    },
    { shows: "in any stage", dockerfile: `${debian("RUN apt-get install -y gcc")}FROM debian:13.1\n` },
  ],
});

function staleInstalls(recipe: RecipeView, calls: readonly PlacedCall[]): readonly Hit[] {
  const refreshed = new Set<string>();
  const mended = new Set<string>();
  return calls.flatMap((placed) => {
    const { call } = placed;
    const family = isApt(call) ? "apt" : call.manager;
    const known = refreshed.has(family);
    if (call.refreshes) refreshed.add(family);
    if ((!isApt(call) && call.manager !== "apk") || call.action !== "install" || isRehearsal(call)) return [];
    const named = call.packages.filter(({ kind }) => kind !== "file" && kind !== "url");
    const fresh = ["-U", "--update", "--update-index"].some((flag) => call.flags.has(flag)) || call.refreshes;
    if (named.length === 0 || fresh || call.open) return [];
    if (known) return [];
    // One refresh is enough for the calls behind it.
    const fix = isWritten(recipe, placed) && !mended.has(family) ? refreshFix(placed) : undefined;
    if (fix && isApt(call)) mended.add(family);
    // What was in the same layer before is there, cached or not.
    const names = named.map(({ name }) => name);
    const shown =
      names.length > 3 ? `${names.slice(0, 2).join(", ")} and ${names.length - 2} more` : names.join(" and ");
    const command = isApt(call) ? "apt-get update &&" : "--no-cache";
    return [
      {
        fields: { manager: call.manager, names: shown, command },
        range: call.command.range,
        certainty: named.every(({ kind }) => kind === "open") ? ("likely" as const) : undefined,
        fix,
      },
    ];
  });
}

function refreshFix({ call, command }: PlacedCall): Fix | undefined {
  if (!isApt(call)) {
    return { title: "add --no-cache", safe: true, edits: [insertBehind(call.actionRange, " --no-cache")] };
  }
  const wrapper = command.wrappers[0]?.name;
  if (command.wrappers.length > 1 || (wrapper !== undefined && wrapper !== "sudo")) return undefined;
  if (command.condition || command.conditional || command.pipe.length > 1) return undefined;
  if (!["", "&&", ";", "\n"].includes(command.operatorBefore) || command.operatorAfter === "||") return undefined;
  const text = `${wrapper === undefined ? "" : "sudo "}apt-get update && `;
  return { title: "refresh the index first", safe: true, edits: [insertBefore(command.range, text)] };
}
