// A clone says which version: PKG016.

import { type Download, downloads, gitSubcommand } from "../../commands/downloads.ts";
import { following } from "../../commands/gone.ts";
import { isInside, resolvePath } from "../../commands/path-globs.ts";
import { practice } from "../../practice.ts";
import type { CommandView, StepView } from "../../recipe-view/types.ts";
import { type Hit, MOST_HITS } from "../../rule.ts";
import { allSteps, commandsIn } from "../recipe-parts.ts";
import { debian, post } from "./calls.ts";

export const CLONED_VERSION = practice({
  id: "PKG016",
  title: "A clone says which version it takes",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "git clone of {url} takes whatever its default branch is today",
  hint: "name a tag: git clone --depth 1 --branch v1.2.3 {url}; or check out a commit in the same step",
  why: "The same recipe builds another program tomorrow, and nobody can say which one runs.",
  source: "N2.2",
  peers: [],
  checks: {
    recipe: ({ recipe }) => {
      const hits: Hit[] = [];
      for (const step of allSteps(recipe)) if (hits.length < MOST_HITS) hits.push(...looseClones(step));
      return hits;
    },
  },
  passes: [
    { shows: "--branch", dockerfile: debian("RUN git clone --depth 1 --branch v1.2 https://h.example/u/r") },
    { shows: "-b attached", dockerfile: debian("RUN git clone -bv1.2 https://h.example/u/r /opt/r") },
    {
      shows: "checked out",
      dockerfile: debian("RUN git clone https://h.example/u/r && cd r && git checkout 4f1c2aa"),
    },
    { shows: "with -C", definition: post("git clone https://h.example/u/r /opt/r", "git -C /opt/r reset --hard v1") },
    { shows: "no clone", dockerfile: debian("RUN git config --global x.y clone") },
  ],
  fails: [
    {
      shows: "clone alone",
      dockerfile: debian("RUN git clone https://h.example/u/r"),
      expect: { says: "h.example/u/r" },
    },
    {
      shows: "the other one is checked out",
      definition: post(
        "git clone https://h.example/a /opt/a",
        "git clone https://h.example/b /opt/b",
        "cd /opt/b",
        "git checkout v1",
      ),
      expect: { says: "h.example/a" },
    },
    {
      shows: "checked out in another step",
      dockerfile: debian("RUN git clone https://h.example/u/r /opt/r", "RUN cd /opt/r && git checkout v1"),
    },
    { shows: "a new branch is no version", dockerfile: debian("RUN git clone https://h.example/u/r && cd r && make") },
  ],
});

function looseClones(step: StepView): readonly Hit[] {
  const commands = commandsIn([step], "build").map(({ command }) => command);
  const hits: Hit[] = [];
  for (const [index, command] of commands.entries()) {
    if (hits.length >= MOST_HITS) break;
    for (const clone of downloads(command)) {
      if (clone.tool !== "git" || PINS.some((flag) => clone.flags.has(flag))) continue;
      if (!isCheckedOut(clone, following(commands, index)))
        hits.push({ fields: { url: clone.url }, range: command.range });
    }
  }
  return hits;
}

const PINS = ["-b", "--branch", "--revision"];

function isCheckedOut({ file }: Download, later: readonly CommandView[]): boolean {
  let others = false;
  for (const command of later) {
    const call = gitSubcommand(command);
    if (call?.name === "clone") others = true;
    if (!call || !["checkout", "reset", "switch"].includes(call.name) || call.words.length === 0) continue;
    const folder = call.folder === undefined ? command.folder : resolvePath(call.folder, command.folder);
    // Where folders are not known, a checkout belongs to the clone in front of it.
    if (folder === undefined || file === undefined || !file.startsWith("/") || !folder.startsWith("/")) {
      if (!others) return true;
    } else if (isInside(folder, file) || isInside(file, folder)) {
      return true;
    }
  }
  return false;
}
