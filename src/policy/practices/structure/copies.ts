// COPY and ADD by themselves: STR006, STR007.

import { practice } from "../../practice.ts";
import type { CopyView, RecipeView, StepView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import { allSteps, written } from "../recipe-parts.ts";

export const FOLDER_SLASH = practice({
  id: "STR006",
  title: "Several files are copied into a folder",
  severity: "error",
  class: "recommended",
  certainty: "certain",
  message: "several sources go to {target}, which does not end in a slash",
  hint: "write {target}/",
  why: "With more than one source the destination has to be a folder, and only a slash says so; else the build stops.",
  source: "ours",
  peers: ["DL3021", "DS-0011"],
  fix: "safe",
  checks: { recipe: ({ recipe }) => allSteps(recipe).flatMap((step) => hitOf(recipe, step) ?? []) },
  passes: [
    { shows: "a slash", dockerfile: "FROM x\nCOPY a b /c/\n" },
    { shows: "the folder itself", dockerfile: "FROM x\nWORKDIR /c\nCOPY a* b .\nCOPY a b ..\n" },
    { shows: "one source", dockerfile: "FROM x\nCOPY a /c\n" },
    { shows: "a variable that ends in one", dockerfile: "FROM x\nARG D=/c/\nCOPY a b $D\n" },
    { shows: "a variable that nobody knows", dockerfile: "FROM x\nARG D\nCOPY a b $D\n" },
  ],
  fails: [
    { shows: "COPY a b /c", dockerfile: "FROM x\nCOPY a b /c\n", expect: { line: 2, fixed: "FROM x\nCOPY a b /c/\n" } },
    {
      shows: "a pattern",
      dockerfile: "FROM x\nCOPY lib/*.so /usr/lib\n",
      expect: { fixed: "FROM x\nCOPY lib/*.so /usr/lib/\n" },
    },
    {
      shows: "JSON",
      dockerfile: 'FROM x\nCOPY ["a", "b", "/c d"]\n',
      expect: { fixed: 'FROM x\nCOPY ["a", "b", "/c d/"]\n' },
    },
  ],
});

function hitOf(recipe: RecipeView, { copies, instruction }: StepView): Hit | undefined {
  const [copy] = copies;
  if (!copy || !instruction || !isSeveral(copy) || isFolder(copy)) return undefined;
  const { text, range } = copy.written;
  const quoted = /["']$/.test(written(recipe, range));
  const at = quoted ? range.end - 1 : range.end;
  const fix = {
    title: "end the destination with a slash",
    safe: true,
    edits: [{ range: { start: at, end: at }, text: "/" }],
  };
  return { fields: { target: text.replace(/^["']|["']$/g, "") }, range, fix };
}

function isSeveral({ sources }: CopyView): boolean {
  return sources.length > 1 || sources.some(({ text, inline }) => !inline && /[*?]|\[[^\][]+\]/.test(text));
}

function isFolder({ written: { text }, target }: CopyView): boolean {
  const bare = text.replace(/^["']|["']$/g, "");
  if (bare.endsWith("/") || /(^|\/)\.{1,2}$/.test(bare)) return true;
  if (!/\$(\w+|\{[^{}]*\})$/.test(bare)) return false;
  return target === undefined || target.endsWith("/");
}

export const COPY_NOT_ADD = practice({
  id: "STR007",
  title: "Local files are copied with COPY",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "ADD copies local files that are no archive",
  hint: "use COPY",
  why: "ADD also unpacks and downloads: whoever reads it has to look whether it does.",
  source: "ours",
  peers: ["DL3020", "DS-0005", "CIS-DI-0009"],
  controls: ["CIS 4.9"],
  fix: "safe",
  checks: { recipe: ({ recipe }) => allSteps(recipe).flatMap((step) => addOf(recipe, step) ?? []) },
  passes: [
    { shows: "COPY", dockerfile: "FROM x\nCOPY f /o/\n" },
    { shows: "an archive", dockerfile: "FROM x\nADD base.tar.gz /o/\nADD a.tgz b.txz /o/\n" },
    { shows: "a download", dockerfile: "FROM x\nADD https://h.example/f /o/\nADD git@h.example:a/b.git /o\n" },
    {
      shows: "an address in quotes",
      dockerfile: 'FROM x\nARG V\nADD --keep-git-dir=true "https://h.example/a.git#$V" .\n',
    },
    { shows: "a name that nobody knows", dockerfile: "FROM x\nARG F\nADD $F /o/\n" },
    { shows: "an archive by a variable", dockerfile: "FROM x\nARG F=a.tar.xz\nADD $F /o/\n" },
  ],
  fails: [
    { shows: "ADD f", dockerfile: "FROM x\nADD f /o/\n", expect: { line: 2, fixed: "FROM x\nCOPY f /o/\n" } },
    { shows: "in small letters", dockerfile: "FROM x\nadd f /o/\n", expect: { fixed: "FROM x\ncopy f /o/\n" } },
    {
      shows: "in a trigger",
      dockerfile: "FROM x\nONBUILD ADD f /o/\n",
      expect: { fixed: "FROM x\nONBUILD COPY f /o/\n" },
    },
  ],
});

const ARCHIVE = /\.(tar|tar\.\w+|t(gz|bz|bz2|xz|zst|az|lz))["']?$/i;
const OWN_FLAGS = ["keep-git-dir", "checksum", "unpack"];

function addOf(recipe: RecipeView, { keyword, copies, instruction }: StepView): Hit | undefined {
  const [copy] = copies;
  if (keyword !== "ADD" || !copy || !instruction) return undefined;
  const local = copy.sources.every(
    ({ text, remote, inline }) => inline || (!remote && !ARCHIVE.test(text) && !/^["']?\$/.test(text)),
  );
  if (!local) return undefined;
  const range = instruction.keywordRange;
  if (instruction.flags.some(({ name }) => OWN_FLAGS.includes(name))) return { range };
  const text = written(recipe, range) === "add" ? "copy" : "COPY";
  // What a pattern stands for may be an archive, which COPY does not unpack.
  const safe = !copy.sources.some(({ text: source, inline }) => !inline && /[*?[]/.test(source));
  return { range, fix: { title: "use COPY", safe, edits: [{ range, text }] } };
}
