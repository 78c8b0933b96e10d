// RUN in `%post`: each without effect on the shell of the next, in the folder and with the variables that are set at that
// place. Plain commands stay as they are written; everything else becomes quoted words.

import type { InstructionOf } from "../../recipe/dockerfile/ast.ts";
import { firstDraft } from "../dockerfile/draft.ts";
import { flagOf } from "../dockerfile/flag-values.ts";
import { commandOf } from "../dockerfile/run.ts";
import { lower, type Part } from "./ledger.ts";
import { aroundMounts } from "./mounts-to-post.ts";
import { around, blockLines, brokenLines } from "./plain-commands.ts";
import { STAGING } from "./shell-functions.ts";
import { DEFAULT_SHELL, rootUser, type StageDraft, withFunction } from "./stage-draft.ts";
import { misread, shellWord } from "./unknown-values.ts";

type Run = InstructionOf<"RUN">;

/** Carries a RUN over. @throws what `aroundMounts` does */
export function convertRun(run: Run, draft: StageDraft, part: Part): StageDraft {
  if (run.flags.some(({ name }) => name === "network" || name === "security")) {
    const flag = flagOf(run, "network") ? "--network" : "--security";
    lower(part, "approximated", `${flag} has no counterpart: the step runs like the others`);
  }
  const mounts = aroundMounts(run, draft, part);
  const { lines, verbatim } = commandLines(run, mounts.draft, part);
  const whole = [...mounts.before, ...lines, ...mounts.after];
  draft.post.push({
    lines: verbatim && whole.length === lines.length ? lines : [`# ${heading(run.line)}`, ...whole],
    part,
  });
  const user = draft.user?.value ?? "root";
  const after = rootUser(draft) || isLoginName(user) ? mounts.draft : withFunction(mounts.draft, "as_user");
  return { ...after, ran: true };
}

/** A line in front of what an instruction has become; comments cannot be misread. */
export function heading(line: string): string {
  const flat = line.replace(/\s+/g, " ").replaceAll("{{", "{ {");
  return flat.length > 100 ? `${flat.slice(0, 99)}…` : flat;
}

function commandLines(
  run: Run,
  draft: StageDraft,
  part: Part,
): { readonly lines: readonly string[]; readonly verbatim: boolean } {
  const { source } = draft.job.scope;
  const { argv, script } = commandOf(run, firstDraft({ Shell: draft.shell }, undefined), { source, range: run.range });
  const root = rootUser(draft);
  const user = draft.user?.value ?? "root";
  const text = run.command.form === "shell" && !script ? argv.at(-1) : undefined;
  const usual = draft.shell.join(" ") === DEFAULT_SHELL.join(" ");
  if (text !== undefined && usual && root && !misread(text)) {
    if (run.heredocs.length > 0) return { lines: blockLines(text), verbatim: true };
    const lines = brokenLines(text, source, run.command.range);
    return { lines: around(lines.some(misread) ? [text] : lines), verbatim: true };
  }
  if (text !== undefined && usual && !root) return { lines: [asUser(user, shellWord(text), part)], verbatim: false };
  if (script) return { lines: scriptLines(script.content, user, root, part), verbatim: false };
  const words = argv.map(shellWord).join(" ");
  return { lines: [root ? words : asUser(user, shellWord(words), part)], verbatim: false };
}

// The script of a here-document that names its interpreter must be a file.
function scriptLines(content: string, user: string, root: boolean, part: Part): readonly string[] {
  const path = `${STAGING}/script`;
  const command = root ? path : asUser(user, path, part);
  return [`mkdir -p ${STAGING}`, ...printLines(content, path), `chmod 755 ${path}`, command];
}

/** Commands that write a text into a file, line by line, so that no line of it can be misread. */
export function printLines(content: string, path: string): readonly string[] {
  const open = content !== "" && !content.endsWith("\n");
  const lines = content.split("\n").map(shellWord);
  if (!open) lines.pop();
  if (lines.length === 0) return [`: > ${path}`];
  if (open) return [`printf '%s' ${shellWord(content)} > ${path}`];
  if (lines.length === 1) return [`printf '%s\\n' ${lines[0]} > ${path}`];
  return [
    "printf '%s\\n' \\",
    ...lines.map((line, index) => `    ${line} ${index < lines.length - 1 ? "\\" : `> ${path}`}`),
  ];
}

// `su` sets HOME as Docker does. It knows names only, and no other group than the user's own.
function asUser(user: string, command: string, part: Part): string {
  lower(part, "approximated", `su of the image runs it as ${user}`);
  return isLoginName(user) ? `su -s /bin/sh -c ${command} ${shellWord(user)}` : `as_user ${shellWord(user)} ${command}`;
}

function isLoginName(user: string): boolean {
  return /^[a-z_][\w.-]*$/i.test(user);
}
