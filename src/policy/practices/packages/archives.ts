// What was downloaded to be unpacked does not stay: PKG009.

import { type Download, downloads, remoteFile } from "../../commands/downloads.ts";
import { appendCommand } from "../../commands/edits.ts";
import { following, vanished } from "../../commands/gone.ts";
import { isRemoved } from "../../commands/removals.ts";
import { baseName, plainText } from "../../commands/words.ts";
import { practice } from "../../practice.ts";
import type { CommandView, RecipeView, StepView } from "../../recipe-view/types.ts";
import { type Hit, MOST_HITS, unknown } from "../../rule.ts";
import { commandsIn } from "../recipe-parts.ts";
import { isInMount } from "./cache-cleaning.ts";
import { debian, post } from "./calls.ts";

export const LEFT_ARCHIVE = practice({
  id: "PKG009",
  title: "What is downloaded to be unpacked does not stay",
  severity: "warning",
  class: "required",
  certainty: "certain",
  message: "{file} stays in the layer after it was used",
  hint: "remove it in the same step: … && rm {file}; or unpack it from a pipe",
  why: "The archive is in the image beside what came out of it, and everybody downloads both.",
  source: "N2.6",
  peers: [],
  fix: "unsafe",
  checks: {
    recipe: ({ recipe }) => leftInRecipe(recipe),
  },
  passes: [
    { shows: "removed", dockerfile: debian("RUN wget https://h.example/a.tgz && tar xf a.tgz && rm a.tgz") },
    {
      shows: "with its folder",
      dockerfile: debian(
        "WORKDIR /opt/src",
        "RUN curl -O https://h.example/a.tar.gz && tar xf a.tar.gz && cd / && rm -rf /opt/src",
      ),
    },
    {
      shows: "by a pattern",
      definition: post("cd /tmp", "wget https://h.example/a-$V.tar.gz", "rm -f *.tar.gz"),
    },
    { shows: "from a pipe", dockerfile: debian("RUN curl -sL https://h.example/a.tgz | tar xz -C /opt") },
    { shows: "moved away", dockerfile: debian("RUN wget -q https://h.example/a.zip && mv a.zip /usr/share/data/") },
    { shows: "unpacked in place", dockerfile: debian("RUN wget https://h.example/a.tar.xz && unxz a.tar.xz") },
    {
      shows: "a script that stays",
      dockerfile: debian(
        "RUN curl -o /usr/local/bin/wait.sh https://h.example/wait.sh && chmod 755 /usr/local/bin/wait.sh",
      ),
    },
    {
      shows: "in a cache mount",
      dockerfile: debian("RUN --mount=type=cache,target=/dl wget -P /dl https://h.example/a.tgz && tar xf /dl/a.tgz"),
    },
    {
      shows: "removed by find",
      dockerfile: debian("RUN cd /opt && wget https://h.example/a.zip && find /opt -name '*.zip' -delete"),
    },
    { shows: "another stage", dockerfile: `${debian("RUN wget https://h.example/a.tgz")}FROM debian:13.1\n` },
  ],
  fails: [
    {
      shows: "unpacked and left",
      dockerfile: debian("WORKDIR /opt", "RUN wget https://h.example/a.tgz && tar xf a.tgz"),
      expect: { fixed: debian("WORKDIR /opt", "RUN wget https://h.example/a.tgz && tar xf a.tgz && rm -f /opt/a.tgz") },
    },
    {
      shows: "curl -o",
      dockerfile: debian("RUN curl -L https://h.example/x -o /opt/a.deb && dpkg -i /opt/a.deb"),
      expect: { says: "/opt/a.deb" },
    },
    {
      shows: "an installer",
      definition: post("wget https://h.example/Miniconda3.sh -O /opt/mc.sh", "bash /opt/mc.sh -b -p /opt/conda"),
      expect: { says: "/opt/mc.sh" },
    },
    {
      shows: "removed in the next layer",
      dockerfile: debian("RUN wget https://h.example/a.zip", "RUN unzip a.zip && rm a.zip"),
    },
    {
      shows: "another one is removed",
      dockerfile: debian("RUN wget https://h.example/a.zip https://h.example/b.zip && rm a.zip"),
      expect: { says: "b.zip" },
    },
  ],
});

const ARCHIVE = /\.(tar(\.\w+)?|tgz|tbz2?|txz|zip|deb|rpm|whl)$/i;

// Sections behind the one of a download that may remove it; there is one %post, and an app for each program.
const MOST_SECTIONS = 100;

// Looks at commands behind downloads in one recipe. Recipes of people need some thousands; what a hostile one has beyond is not known.
const MOST_LOOKS = 200_000;

interface Looking {
  looks: number;
}

function leftInRecipe(recipe: RecipeView): readonly Hit[] {
  const looking: Looking = { looks: 0 };
  const hits: Hit[] = [];
  for (const { steps } of recipe.chain)
    for (const [index, step] of steps.entries()) {
      for (const hit of leftHits(recipe, steps, step, index, looking)) hits.push(hit);
      if (hits.length >= MOST_HITS) return hits;
      if (looking.looks > MOST_LOOKS) return [...hits, unknown("there are more downloads than can be followed")];
    }
  return hits;
}

function leftHits(
  recipe: RecipeView,
  steps: readonly StepView[],
  step: StepView,
  index: number,
  looking: Looking,
): readonly Hit[] {
  const commands = commandsIn([step], "build").map(({ command }) => command);
  if (!commands.some((command) => downloads(command).length > 0)) return [];
  // All of a definition file makes one layer.
  const more =
    recipe.kind === "definition"
      ? commandsIn(steps.slice(index + 1, index + 1 + MOST_SECTIONS), "build").map(({ command }) => command)
      : [];
  const hits: Hit[] = [];
  for (const [at, command] of commands.entries()) {
    const found = downloads(command);
    if (found.length === 0) continue;
    const later = [...following(commands, at), ...more];
    for (const download of found) {
      if (hits.length >= MOST_HITS || looking.looks > MOST_LOOKS) return hits;
      if (!isLeft(download, step, later, looking)) continue;
      const { file = "" } = download;
      const edit =
        /[$*?[]|\s/.test(file) || !file.startsWith("/") || command.conditional
          ? undefined
          : appendCommand(recipe, step, `rm -f ${file}`);
      const fix = edit && { title: `remove ${file} at the end`, safe: false, edits: [edit] };
      hits.push({ fields: { file }, range: command.range, fix });
    }
  }
  return hits;
}

function isLeft(download: Download, step: StepView, later: readonly CommandView[], looking: Looking): boolean {
  const { file, tool } = download;
  if (file === undefined || tool === "git" || file.startsWith("/dev/") || isInMount(step, file)) return false;
  looking.looks += later.length;
  if (!ARCHIVE.test(nameOf(download)) && !isInstaller(file, later)) return false;
  return !isTaken(file, later);
}

// `wget -O a.bin https://…/a.zip` is still an archive.
function nameOf({ file = "", url }: Download): string {
  return ARCHIVE.test(file) ? file : (remoteFile(url) ?? "").replace(/\/download$/, "");
}

function isInstaller(file: string, later: readonly CommandView[]): boolean {
  const name = baseName(file);
  if (!/\.(sh|run)$/.test(name)) return false;
  return later.some(
    (command) =>
      command.name === name ||
      (/^(ba|da|z|k)?sh$/.test(command.name ?? "") && command.words.some((word) => baseName(plainText(word)) === name)),
  );
}

function isTaken(file: string, later: readonly CommandView[]): boolean {
  // A folder with a name that nobody knows, made for the purpose: `tmp=$(mktemp -d)`, `trap 'rm -rf "$tmp"' EXIT`.
  const blind = !file.startsWith("/") || file.includes("$");
  return later.some((command) => {
    const gone = vanished(command);
    if (isRemoved(file, gone) || (blind && gone.some(({ pattern }) => /^\$(?!HOME\b)/.test(pattern)))) return true;
    return command.name === "trap" && /\brm\b/.test(command.words.map(plainText).join(" "));
  });
}
