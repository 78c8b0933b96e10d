// Software lies where every user finds it: PTH004.

import { withoutWord } from "../../commands/edits.ts";
import { isConda, packageCommand } from "../../commands/package-commands.ts";
import { isInside } from "../../commands/path-globs.ts";
import { plainText } from "../../commands/words.ts";
import { writes } from "../../commands/writes.ts";
import { practice } from "../../practice.ts";
import type { CommandView, RecipeView, StepView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import { debian, post } from "../packages/calls.ts";
import { allSteps, commandsIn } from "../recipe-parts.ts";
import { moveFix } from "./bind-folders.ts";

export const HOME_INSTALL = practice({
  id: "PTH004",
  title: "Software is not installed into a home directory",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{what} puts software into a home directory",
  hint: "{instead}",
  why: "Apptainer and its kin run as the caller with the caller's home: software in the builder's home cannot be found there.",
  source: "N2.4",
  peers: [],
  fix: "unsafe",
  checks: {
    recipe: ({ recipe, tables: { bindDirectories } }) => {
      const placed = commandsIn(allSteps(recipe), "build");
      const hits = placed.flatMap(({ command }) => commandHits(recipe, command, bindDirectories));
      return [...hits, ...allSteps(recipe).flatMap(settingHits)];
    },
  },
  passes: [
    { shows: "/opt/conda", dockerfile: debian("RUN bash Miniconda3.sh -b -p /opt/conda") },
    { shows: "for everybody", dockerfile: debian("RUN pip install --no-cache-dir numpy==2.1.0") },
    { shows: "another program's option", dockerfile: debian("RUN useradd --user x; systemctl --user status") },
    { shows: "a library for everybody", dockerfile: debian("ENV R_LIBS_USER=/opt/R/library") },
  ],
  fails: [
    {
      shows: "-p ~/mc",
      definition: post("bash Miniconda3.sh -b -p ~/mc"),
      expect: { fixed: post("bash Miniconda3.sh -b -p /opt/mc") },
    },
    {
      shows: "--user",
      dockerfile: debian("RUN pip install --user numpy==2.1.0"),
      expect: { fixed: debian("RUN pip install numpy==2.1.0") },
    },
    { shows: "conda create", dockerfile: debian("RUN conda create -y -p $HOME/env python=3.13") },
    {
      shows: "npm",
      dockerfile: debian("RUN npm config set prefix ~/.npm-global"),
      expect: { says: "npm config set prefix" },
    },
    { shows: "R", dockerfile: debian("ENV R_LIBS_USER=/root/R/library"), expect: { line: 2 } },
    { shows: "exported", definition: post("export R_LIBS_USER=$HOME/R", "Rscript -e 'install.packages(\"x\")'") },
    { shows: "~/.local", dockerfile: debian("RUN ./configure --prefix=$HOME/.local && make install") },
  ],
});

const NAMES = /^(R_LIBS_USER|PYTHONUSERBASE|NPM_CONFIG_PREFIX|CONDA_PREFIX|MAMBA_ROOT_PREFIX)$/i;

function isHome(path: string): boolean {
  return isInside(path, "$HOME") || isInside(path, "/home") || path.startsWith("~");
}

function commandHits(recipe: RecipeView, command: CommandView, folders: readonly string[]): readonly Hit[] {
  const call = packageCommand(command);
  const hits: Hit[] = [];
  if (call?.manager === "pip" && call.action === "install" && call.flags.has("--user")) {
    const word = call.command.words.find((one) => plainText(one) === "--user");
    const edits = word ? [withoutWord(recipe, word.range)] : [];
    const fix = { title: "take --user out", safe: false, edits };
    hits.push({
      fields: { what: "pip install --user", instead: "take --user out" },
      range: word?.range ?? command.range,
      fix,
    });
  }
  for (const { how, path, range, word } of writes(command)) {
    if (how !== "prefix" || !isHome(path)) continue;
    const written = word && plainText(word).replace(/^-.*?=/, "");
    const fix = written === undefined ? undefined : moveFix(recipe, written, [...folders, "~"]);
    const name = call && isConda(call) ? `${call.manager} ${call.subcommand}` : (command.name ?? "An installer");
    hits.push({ fields: { what: `${name} (${path})`, instead: "give a prefix below /opt" }, range, fix });
  }
  return [...hits, ...npmHits(command), ...exportHits(command)];
}

function npmHits(command: CommandView): readonly Hit[] {
  const texts = command.words.map(plainText);
  const at = texts.findIndex((text) => text === "prefix" || text.startsWith("prefix="));
  if (!/^(npm|pnpm|yarn)$/.test(command.name ?? "") || texts[0] !== "config" || at < 0) return [];
  const path = texts[at]?.startsWith("prefix=") ? texts[at]?.slice("prefix=".length) : texts[at + 1];
  if (path === undefined || !isHome(path)) return [];
  return [
    { fields: { what: `npm config set prefix ${path}`, instead: "leave npm's prefix as it is" }, range: command.range },
  ];
}

function exportHits(command: CommandView): readonly Hit[] {
  const words =
    command.name === "export" ? command.words.map((word) => ({ text: plainText(word), range: word.range })) : [];
  const own = command.assignments.map(({ name, value, text, range }) => ({ text: `${name}=${value ?? text}`, range }));
  return [...words, ...own].flatMap(({ text, range }) => {
    const [, name = "", value = ""] = /^(\w+)=["']?([^"']*)/.exec(text) ?? [];
    return settingHit(name, value, range);
  });
}

function settingHit(name: string, value: string, range: Hit["range"]): readonly Hit[] {
  if (!NAMES.test(name) || !isHome(value.replace(/^\$\{HOME\}/, "$HOME"))) return [];
  return [{ fields: { what: `${name}=${value}`, instead: `let ${name} name a folder below /opt` }, range }];
}

function settingHits({ keyword, pairs }: StepView): readonly Hit[] {
  if (keyword !== "ENV") return [];
  return pairs.flatMap(({ name, value = "", range }) => settingHit(name, value, range));
}
