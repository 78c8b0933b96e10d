// The instructions that set something and bring no files: variables, folders, users, shells, commands, labels, and what a
// definition has no words for. One function each.

import type { CommandForm, Instruction, InstructionOf, Keyword } from "../../recipe/dockerfile/ast.ts";
import { failAt } from "./errors.ts";
import { lower, type Part, remark } from "./ledger.ts";
import {
  absolutePath,
  DEFAULT_SHELL,
  noteFolder,
  ownerWord,
  rootUser,
  type StageDraft,
  setValue,
  withFunction,
  wordValue,
} from "./stage-draft.ts";
import { heading } from "./to-post.ts";
import { argumentMark, misread, plainText, shellWord } from "./unknown-values.ts";

type Setting<K extends Keyword> = (instruction: InstructionOf<K>, draft: StageDraft, part: Part) => StageDraft;

/** Carries an instruction over that is neither RUN, COPY, ADD nor FROM. @throws E_CONVERT_REFUSED for ONBUILD */
export function convertSetting(instruction: Instruction, draft: StageDraft, part: Part): StageDraft {
  const convert = SETTINGS[instruction.keyword] as Setting<Keyword> | undefined;
  return convert ? convert(instruction as InstructionOf<Keyword>, draft, part) : draft;
}

const SETTINGS: { readonly [K in Keyword]?: (instruction: never, draft: StageDraft, part: Part) => StageDraft } = {
  ENV: environment,
  ARG: argument,
  LABEL: label,
  WORKDIR: workdir,
  USER: user,
  SHELL: shell,
  CMD: command,
  ENTRYPOINT: entrypoint,
  HEALTHCHECK: healthcheck,
  EXPOSE: ({ words }: InstructionOf<"EXPOSE">, draft, part) =>
    said(draft, part, `It listens on ${words.map((word) => wordValue(word, draft, part)).join(", ")}.`),
  VOLUME: ({ words }: InstructionOf<"VOLUME">, draft, part) =>
    said(
      draft,
      part,
      `It keeps its data in ${words.map((word) => wordValue(word, draft, part)).join(", ")}: bind a folder there.`,
    ),
  STOPSIGNAL: ({ word }: InstructionOf<"STOPSIGNAL">, draft, part) =>
    said(draft, part, `It ends on the signal ${wordValue(word, draft, part)}.`),
  MAINTAINER: ({ word }: InstructionOf<"MAINTAINER">, draft, part) => {
    lower(part, "approximated", "becomes a label: a definition names no author");
    draft.labels.set("org.opencontainers.image.authors", { value: word.text, part });
    return draft;
  },
  ONBUILD: (instruction: InstructionOf<"ONBUILD">, { job }) => {
    throw failAt(
      "E_CONVERT_REFUSED",
      { source: job.scope.source, range: instruction.range },
      {
        what: "ONBUILD",
        why: "a definition file cannot make images act",
        hint: "write the instruction into the recipes that build on this image",
      },
    );
  },
};

function environment({ pairs }: InstructionOf<"ENV">, draft: StageDraft, part: Part): StageDraft {
  const values = pairs.map(({ name, value }) => ({
    name: wordValue(name, draft, part),
    value: value === undefined ? "" : wordValue(value, draft, part),
  }));
  const good = values.filter(({ name }) => /^[A-Za-z_]\w*$/.test(name));
  for (const { name } of values.filter((one) => !good.includes(one)))
    lower(part, "dropped", `${name} cannot be the name of a shell's variable`);
  if (good.length === 0) return draft;
  // One `export` for all: every value is read before any is set, as ENV does.
  const lines = [`export ${good.map(({ name, value }) => `${name}=${shellWord(value)}`).join(" ")}`];
  draft.post.push({ lines, part });
  draft.environment.push({ lines, part });
  for (const { name, value } of good) {
    setValue(draft, name, value);
    draft.fixed.add(name);
  }
  return draft;
}

function argument({ pairs, line }: InstructionOf<"ARG">, draft: StageDraft, part: Part): StageDraft {
  const { scope } = draft.job;
  const lines: string[] = [];
  for (const pair of pairs) {
    const name = wordValue(pair.name, draft, part);
    const standard = pair.value ? wordValue(pair.value, draft, part) : scope.globals.get(name);
    const set = scope.buildArgs.get(name) ?? standard;
    const value = set ?? openArgument(name, part);
    if (value === undefined || draft.fixed.has(name)) continue;
    setValue(draft, name, value);
    if (set !== undefined) remark(part, `${name} has this value now wherever it was used`);
    if (/^[A-Za-z_]\w*$/.test(name)) lines.push(`export ${name}=${shellWord(value)}`);
  }
  if (lines.length > 0) draft.post.push({ lines: [`# ${heading(line)}`, ...lines], part });
  return draft;
}

/** The mark of an argument that stays open; undefined when a definition cannot name it. */
export function openArgument(name: string, part: Part): string | undefined {
  if (!/^\w+$/.test(name)) {
    lower(part, "dropped", `${name} cannot be the name of an argument of a definition`);
    return undefined;
  }
  lower(
    part,
    "approximated",
    `${name} has no value: it becomes an argument, empty unless --build-arg ${name}=VALUE gives one`,
  );
  return argumentMark(name);
}

function label({ pairs }: InstructionOf<"LABEL">, draft: StageDraft, part: Part): StageDraft {
  for (const { name, value } of pairs) {
    const key = wordValue(name, draft, part);
    const text = value === undefined ? "" : wordValue(value, draft, part);
    if (/[\r\n]/.test(text)) lower(part, "approximated", `the lines of ${key} become one`);
    if (/["\r\n]/.test(key)) lower(part, "dropped", `${key} cannot be the name of a label of a definition`);
    else draft.labels.set(key, { value: text.replace(/[\r\n]+/g, " "), part });
  }
  return draft;
}

function workdir({ word }: InstructionOf<"WORKDIR">, draft: StageDraft, part: Part): StageDraft {
  const written = wordValue(word, draft, part);
  noteFolder(written, draft, part);
  const path = absolutePath(written, draft).replace(/(?<=.)\/$/, "");
  const folder = shellWord(path);
  const owner = rootUser(draft) ? undefined : ownerWord(draft.user?.value ?? "");
  draft.post.push({ lines: [owner ? `make_folder ${owner} ${folder}` : `mkdir -p ${folder}`, `cd ${folder}`], part });
  const after = owner ? withFunction(draft, "make_folder") : draft;
  return { ...after, cwd: { value: path, part } };
}

function user({ word }: InstructionOf<"USER">, draft: StageDraft, part: Part): StageDraft {
  return { ...draft, user: { value: wordValue(word, draft, part), part } };
}

function shell(instruction: InstructionOf<"SHELL">, draft: StageDraft): StageDraft {
  return instruction.command.form === "exec" ? { ...draft, shell: instruction.command.words } : draft;
}

function wordsOf(form: CommandForm, { shell: words }: StageDraft): readonly string[] {
  return form.form === "exec" ? form.words : [...words, form.text];
}

function command(instruction: InstructionOf<"CMD">, draft: StageDraft, part: Part): StageDraft {
  return { ...draft, cmd: { value: wordsOf(instruction.command, draft), part }, ownCmd: true };
}

// A CMD of the stage below was meant for that stage's entry point.
function entrypoint(instruction: InstructionOf<"ENTRYPOINT">, draft: StageDraft, part: Part): StageDraft {
  const entry = { value: wordsOf(instruction.command, draft), part };
  return { ...draft, entrypoint: entry, cmd: draft.ownCmd ? draft.cmd : undefined };
}

function healthcheck(instruction: InstructionOf<"HEALTHCHECK">, draft: StageDraft, part: Part): StageDraft {
  if (!instruction.command) return { ...draft, health: undefined };
  if (instruction.flags.length > 0) lower(part, "approximated", "intervals and retries have no counterpart");
  const { command } = instruction;
  const asWritten =
    command.form === "shell" && draft.shell.join(" ") === DEFAULT_SHELL.join(" ") && !misread(command.text);
  const value = asWritten ? command.text : wordsOf(command, draft).map(shellWord).join(" ");
  return { ...draft, health: { value, part } };
}

function said(draft: StageDraft, part: Part, text: string): StageDraft {
  lower(part, "approximated", "kept as a remark in %help: a definition has no words for it");
  draft.help.push({ value: plainText(text), part });
  return draft;
}
