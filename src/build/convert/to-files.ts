// COPY and ADD as lines of `%files`, where that does the same, or where nothing else can be done.

import { posix } from "node:path";
import { type FoundLink, type FoundSource, findSources } from "./context-sources.ts";
import { copyInPost } from "./copy-in-post.ts";
import { type CopyTask, copyTask, isArchive } from "./copy-task.ts";
import { lower, type Part } from "./ledger.ts";
import type { StageDraft } from "./stage-draft.ts";
import { filesLine } from "./staging.ts";
import { hasVariables } from "./unknown-values.ts";

/** Carries a COPY or ADD over. @throws what `copyTask` does */
export function convertCopy(copy: CopyTask["copy"], draft: StageDraft, part: Part): StageDraft {
  const task = copyTask(copy, draft, part);
  if (mayStandInFiles(task, draft)) return direct(task, draft);
  return draft.commands ? copyInPost(task, draft) : blind(task, draft);
}

// Plain files in front of every RUN: `%files` does with them what COPY does.
function mayStandInFiles({ copy, local, remote, inline, destination, from }: CopyTask, draft: StageDraft): boolean {
  if (draft.ran || from !== undefined || remote.length > 0 || inline.length > 0 || hasVariables(destination))
    return false;
  if (copy.flags.some(({ name }) => name !== "link")) return false;
  return findSources(local, draft.job.context).sources.every(
    ({ path, kind }) => kind === "file" && !(copy.keyword === "ADD" && isArchive(path)),
  );
}

function direct({ local, destination, part }: CopyTask, draft: StageDraft): StageDraft {
  const { sources, notes } = findSources(local, draft.job.context);
  for (const note of notes) lower(part, "approximated", note);
  const folder = destination.endsWith("/") || local.length > 1 || sources.length > 1;
  for (const { path } of sources) {
    const target = folder ? posix.join(destination, posix.basename(path)) : destination;
    draft.files.push({ from: undefined, line: filesLine(path, target), part });
  }
  return draft;
}

// Without a shell in the image nothing but `%files` is left.
function blind(task: CopyTask, draft: StageDraft): StageDraft {
  const { copy, local, from, part } = task;
  for (const { name } of copy.flags) {
    const needs = name === "chown" || name === "chmod" || name === "parents";
    if (needs) lower(part, "dropped", `--${name} needs commands, and the image may have none`);
  }
  if (task.remote.length + task.inline.length > 0) {
    lower(part, "dropped", "downloads and contents given in the recipe need commands, and the image may have none");
  }
  const inStage = (path: string): FoundSource => ({ path, kind: "unknown", parts: [posix.join("/", path)], links: [] });
  const context = findSources(from === undefined ? local : [], draft.job.context, task.exclude);
  for (const note of context.notes) lower(part, "approximated", note);
  const sources = from === undefined ? context.sources : local.map(inStage);
  for (const source of sources) blindSource(source, sources.length > 1, task, draft);
  return draft;
}

function blindSource(
  { path, kind, parts, links }: FoundSource,
  several: boolean,
  task: CopyTask,
  draft: StageDraft,
): void {
  const { destination, from, part } = task;
  const isFolder = destination.endsWith("/");
  if (from !== undefined || links.length > 0) lower(part, "approximated", FOLLOWED);
  if (kind === "unknown") lower(part, "approximated", INTO_FOLDER);
  const byName = (kind === "file" && (isFolder || several)) || (kind === "unknown" && isFolder);
  const target = byName ? posix.join(destination, posix.basename(path)) : destination;
  const stage = from === undefined ? undefined : draft.job.stageName(from);
  const leads = (link: FoundLink) =>
    draft.job.context.kind(posix.resolve("/", posix.dirname(link.path), link.target).slice(1)) !== undefined;
  if (!links.every(leads)) lower(part, "dropped", "links that lead out of the context or nowhere are left out");
  if (task.copy.keyword === "ADD" && isArchive(path))
    lower(part, "dropped", "the archive is copied, not unpacked: that needs commands");
  for (const one of [...parts, ...links.filter(leads).map((link) => link.path)]) {
    const inside = stage === undefined ? posix.relative(path, one) : "";
    // `folder/.` is what is in it, whether its destination is there or not.
    const source = kind === "folder" && inside === "" ? `${one}/.`.replace(/^\.\/\.$/, ".") : one;
    draft.files.push({ from: stage, line: filesLine(source, posix.join(target, inside)), part });
  }
}

const FOLLOWED = "%files copies what links name, where COPY keeps links";
const INTO_FOLDER = "a folder is put into its destination, not its content, if the base image has that folder already";
