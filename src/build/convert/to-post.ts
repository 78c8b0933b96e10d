// RUN in `%post`: each in a subshell of its own, in the folder and with the variables that are set at that place. Plain
// commands stay readable; everything else becomes quoted words.

import type { InstructionOf } from "../../recipe/dockerfile/ast.ts";
import { firstDraft } from "../dockerfile/draft.ts";
import { flagOf } from "../dockerfile/flag-values.ts";
import { commandOf } from "../dockerfile/run.ts";
import { lower, type Part } from "./ledger.ts";
import { aroundMounts } from "./mounts-to-post.ts";
import { rootUser, STAGING, type StageDraft } from "./stage-draft.ts";
import { misread, shellWord } from "./unknown-values.ts";

type Run = InstructionOf<"RUN">;

/** Carries a RUN over. @throws what `aroundMounts` does */
export function convertRun(run: Run, draft: StageDraft, part: Part): StageDraft {
  if (run.flags.some(({ name }) => name === "network" || name === "security")) {
    const flag = flagOf(run, "network") ? "--network" : "--security";
    lower(part, "approximated", `${flag} has no counterpart: the step runs like the others`);
  }
  const around = aroundMounts(run, draft, part);
  const command = commandLines(run, around.draft, part);
  const lines = [...around.before, ...command, ...around.after];
  draft.post.push({ lines: [`# ${heading(run.line)}`, ...lines], part });
  return { ...around.draft, ran: true };
}

/** A line in front of what an instruction has become; comments cannot be misread. */
export function heading(line: string): string {
  const flat = line.replace(/\s+/g, " ").replaceAll("{{", "{ {");
  return flat.length > 100 ? `${flat.slice(0, 99)}…` : flat;
}

function commandLines(run: Run, draft: StageDraft, part: Part): readonly string[] {
  const at = { source: draft.job.scope.source, range: run.range };
  const { argv, script } = commandOf(run, firstDraft({ Shell: draft.shell }, undefined), at);
  const user = draft.user?.value ?? "root";
  const root = rootUser(draft);
  const raw = run.command.form === "shell" && run.heredocs.length === 0 ? run.command.text : undefined;
  if (raw !== undefined && root && draft.shell.join(" ") === "/bin/sh -c" && !misread(raw)) {
    return ["(", "set +e", raw, ") </dev/null"];
  }
  if (script) return scriptLines(script.content, user, root, part);
  const words = argv.map(shellWord).join(" ");
  return [`${root ? words : asUser(user, words, part)} </dev/null`];
}

// The script of a here-document that names its interpreter must be a file.
function scriptLines(content: string, user: string, root: boolean, part: Part): readonly string[] {
  const path = `${STAGING}/script`;
  const command = root ? path : asUser(user, path, part);
  return [`mkdir -p ${STAGING}`, ...printLines(content, path), `chmod 755 ${path}`, `${command} </dev/null`];
}

/** Commands that write a text into a file, line by line, so that no line of it can be misread. */
export function printLines(content: string, path: string): readonly string[] {
  const open = content !== "" && !content.endsWith("\n");
  const lines = content.split("\n").map(shellWord);
  if (!open) lines.pop();
  if (lines.length === 0) return [`: > ${path}`];
  if (open) return [`printf '%s' ${shellWord(content)} > ${path}`];
  return [
    "printf '%s\\n' \\",
    ...lines.map((line, index) => `    ${line} ${index < lines.length - 1 ? "\\" : `> ${path}`}`),
  ];
}

// `su` sets HOME as Docker does; it knows names only, and no other group than the user's own.
function asUser(user: string, command: string, part: Part): string {
  const [name = "", group] = user.split(":");
  if (/^[a-z_]/i.test(name) && !group) {
    lower(part, "approximated", `su of the image runs it as ${name}`);
    return `su -s /bin/sh -c ${shellWord(command)} ${shellWord(name)}`;
  }
  lower(part, "approximated", `setpriv of the image runs it as ${user}; HOME stays root's`);
  const groups = group ? `--regid=${shellWord(group)} --clear-groups` : `--regid=${shellWord(name)} --clear-groups`;
  return `setpriv --reuid=${shellWord(name)} ${groups} ${command}`;
}
