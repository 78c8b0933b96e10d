// Modes that let everybody write: USR005.

import { practice } from "../../practice.ts";
import type { CommandView, RecipeView, StepView, WordView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import type { Edit } from "../../types.ts";
import { allSteps } from "../recipe-parts.ts";

export const OPEN_MODES = practice({
  id: "USR005",
  title: "No modes that let everybody write",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "mode {mode} lets everybody write",
  hint: "write u=rwX,go=rX, or 755; a folder that everybody must write gets 1777",
  why: "What everybody may write, anybody in the container may replace by something else.",
  source: "N2.14",
  peers: [],
  fix: "unsafe",
  checks: {
    recipe: ({ recipe }) => allSteps(recipe).flatMap((step) => [...ofFlags(step), ...ofCommands(recipe, step)]),
  },
  passes: [
    { shows: "755", dockerfile: "FROM debian:13.1\nRUN chmod -R 755 /opt/x\n" },
    { shows: "the sticky bit", dockerfile: "FROM debian:13.1\nRUN chmod 1777 /scratch\n" },
    { shows: "with letters", dockerfile: "FROM debian:13.1\nRUN chmod -R a+rX,o-w /opt && chmod +x /opt/a\n" },
    { shows: "COPY", dockerfile: "FROM debian:13.1\nCOPY --chmod=755 a /opt/\n" },
  ],
  fails: [
    {
      shows: "777",
      dockerfile: "FROM debian:13.1\nRUN chmod -R 777 /d\n",
      expect: { line: 2, says: "mode 777", fixed: "FROM debian:13.1\nRUN chmod -R u=rwX,go=rX /d\n" },
    },
    {
      shows: "of one file",
      dockerfile: "FROM debian:13.1\nRUN chmod 0777 /d\n",
      expect: { fixed: "FROM debian:13.1\nRUN chmod 755 /d\n" },
    },
    {
      shows: "a+rwx",
      definition: "Bootstrap: docker\nFrom: debian:13.1\n\n%post\n    chmod a+rwx /opt/x\n",
      expect: { line: 5 },
    },
    {
      shows: "666, which is no program's",
      dockerfile: "FROM debian:13.1\nRUN chmod 666 /d\n",
      expect: { fixed: "FROM debian:13.1\nRUN chmod 644 /d\n" },
    },
    { shows: "o+w", dockerfile: "FROM debian:13.1\nRUN chmod -R go+w /opt\n" },
    {
      shows: "COPY",
      dockerfile: "FROM debian:13.1\nCOPY --chmod=777 a /opt/\n",
      expect: { line: 2, fixed: "FROM debian:13.1\nCOPY --chmod=755 a /opt/\n" },
    },
  ],
});

/** The mode opens what it is given to for everybody. */
function isOpen(mode: string): boolean {
  if (/^[0-7]{3,4}$/.test(mode)) {
    const number = Number.parseInt(mode, 8);
    return (number & 0o1002) === 0o0002;
  }
  return mode.split(",").some((clause) => {
    const match = /^([ugoa]*)([+=])([rwxXst]*)$/.exec(clause);
    const [, who = "", , rights = ""] = match ?? [];
    // Without letters the umask counts, which takes others' right to write away.
    return /[oa]/.test(who) && rights.includes("w") && !rights.includes("t");
  });
}

/** The same without the right of others to write; a file that nobody runs does not become a program. */
function closed(mode: string): string {
  return /^[0-7]+$/.test(mode) && (Number.parseInt(mode, 8) & 0o111) === 0 ? "644" : "755";
}

function ofFlags({ instruction }: StepView): readonly Hit[] {
  const flag = instruction?.flags.find(({ name }) => name === "chmod");
  if (flag?.value === undefined || !isOpen(flag.value)) return [];
  const text = `--chmod=${closed(flag.value)}`;
  const fix = { title: `write ${text}`, safe: false, edits: [{ range: flag.range, text }] };
  return [{ fields: { mode: flag.value }, range: flag.range, fix }];
}

function ofCommands(recipe: RecipeView, { scripts }: StepView): readonly Hit[] {
  return scripts.flatMap(({ commands }) => commands.flatMap((command) => ofCommand(recipe, command) ?? []));
}

function ofCommand({ source: { text } }: RecipeView, { name, words, range }: CommandView): Hit | undefined {
  if (name !== "chmod" && name !== "install" && name !== "mkdir") return undefined;
  const word = name === "chmod" ? words.find(({ value = "" }) => !/^-[a-zA-Z-]/.test(value)) : modeOption(words);
  const mode = word?.value?.replace(/^(-m|--mode=)/, "");
  if (!word || mode === undefined || !isOpen(mode)) return undefined;
  const recursive = words.some(
    ({ value = "" }) => value === "--recursive" || (/^-\w+$/.test(value) && value.includes("R")),
  );
  const mended = recursive ? "u=rwX,go=rX" : closed(mode);
  const plain = name === "chmod" && text.slice(word.range.start, word.range.end) === mode;
  const edits: readonly Edit[] = [{ range: word.range, text: mended }];
  return { fields: { mode }, range, fix: plain ? { title: `write ${mended}`, safe: false, edits } : undefined };
}

function modeOption(words: readonly WordView[]): WordView | undefined {
  const joined = words.find(({ value = "" }) => /^(-m.+|--mode=.+)$/.test(value));
  const at = words.findIndex(({ value }) => value === "-m" || value === "--mode");
  return joined ?? (at < 0 ? undefined : words[at + 1]);
}
