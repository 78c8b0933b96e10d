// COPY and ADD: lines of `%files` where that does the same, else files put aside and copied by `%post` in their turn.

import { posix } from "node:path";
import type { Word } from "../../recipe/dockerfile/ast.ts";
import { flagOf, flagsOf, switchOf } from "../dockerfile/flag-values.ts";
import type { InstructionOf } from "../dockerfile/instruction-of.ts";
import { parseRemote, type Remote } from "../dockerfile/remote.ts";
import { expandedHeredoc, framed } from "../dockerfile/scope.ts";
import { findSources } from "./context-sources.ts";
import { lower, type Part } from "./ledger.ts";
import { absolutePath, type StageDraft, wordValue } from "./stage-draft.ts";
import { filesLine, stageFiles } from "./staging.ts";
import { heading, printLines } from "./to-post.ts";
import { hasVariables, shellWord } from "./unknown-values.ts";

type Copy = InstructionOf<"COPY" | "ADD">;

interface Sorted {
  readonly local: readonly string[];
  readonly remote: readonly Remote[];
  readonly inline: readonly { readonly name: string; readonly content: string }[];
}

/** Carries a COPY or ADD over. */
export function convertCopy(copy: Copy, draft: StageDraft, part: Part): StageDraft {
  const sorted = sortSources(copy, draft, part);
  const written = wordValue(copy.destination, draft, part);
  const destination = absolutePath(written, draft);
  const from = flagOf(copy, "from")?.value || undefined;
  if (switchOf(copy, "parents")) lower(part, "dropped", "--parents: the folders above the sources are not kept");
  if (from === undefined && mayStandInFiles(copy, sorted, destination, draft))
    return direct(copy, sorted, destination, draft, part);
  if (!draft.commands) return blind(copy, sorted, destination, from, draft, part);
  return inPost(copy, sorted, destination, from, draft, part);
}

function sortSources(copy: Copy, draft: StageDraft, part: Part): Sorted {
  const local: string[] = [];
  const remote: Remote[] = [];
  const inline: Sorted["inline"][number][] = [];
  const { scope } = draft.job;
  for (const source of copy.sources) {
    if ("heredoc" in source) {
      if (source.heredoc.expand && draft.unknown.size > 0) lower(part, "approximated", UNKNOWN_CONTENT);
      inline.push({ name: source.heredoc.name, content: expandedHeredoc(source.heredoc, draft.values, scope) });
      continue;
    }
    const text = wordValue(source, draft, part);
    const found = copy.keyword === "ADD" ? framed(at(source, draft), () => parseRemote(text)) : undefined;
    if (found) remote.push(found);
    else local.push(text);
  }
  return { local, remote, inline };
}

const UNKNOWN_CONTENT = "variables of the base image are empty in this content";

function at({ range }: Word, { job }: StageDraft) {
  return { source: job.scope.source, range };
}

// Plain files in front of every RUN: `%files` does with them what COPY does.
function mayStandInFiles(
  copy: Copy,
  { local, remote, inline }: Sorted,
  destination: string,
  draft: StageDraft,
): boolean {
  if (draft.ran || remote.length > 0 || inline.length > 0 || hasVariables(destination)) return false;
  if (copy.flags.some(({ name }) => name !== "link")) return false;
  return findSources(local, draft.job.context).sources.every(
    ({ path, kind }) => kind === "file" && !(copy.keyword === "ADD" && isArchive(path)),
  );
}

function direct(copy: Copy, { local }: Sorted, destination: string, draft: StageDraft, part: Part): StageDraft {
  const found = findSources(local, draft.job.context);
  for (const note of found.notes) lower(part, "approximated", note);
  const folder = destination.endsWith("/") || copy.sources.length > 1 || found.sources.length > 1;
  for (const { path } of found.sources) {
    const target = folder ? posix.join(destination, posix.basename(path)) : destination;
    draft.files.push({ from: undefined, line: filesLine(path, target), part });
  }
  return draft;
}

// Without a shell in the image nothing but `%files` is left.
function blind(
  copy: Copy,
  { local, remote, inline }: Sorted,
  destination: string,
  from: string | undefined,
  draft: StageDraft,
  part: Part,
): StageDraft {
  for (const { name } of copy.flags) {
    if (name === "chown" || name === "chmod")
      lower(part, "dropped", `--${name} needs commands, and the image may have none`);
  }
  if (remote.length + inline.length > 0) {
    lower(part, "dropped", "downloads and contents given in the recipe need commands, and the image may have none");
  }
  const exclude = flagsOf(copy, "exclude").map(({ value = "" }) => value);
  const found = from === undefined ? findSources(local, draft.job.context, exclude) : undefined;
  for (const note of found?.notes ?? []) lower(part, "approximated", note);
  const stage = from === undefined ? undefined : draft.job.stageName(from);
  const sources =
    found?.sources ??
    local.map((path) => ({ path, kind: "unknown", parts: [posix.join("/", path)], links: [] }) as const);
  if (from !== undefined) lower(part, "approximated", "%files copies what links name, where COPY keeps links");
  for (const { path, kind, parts, links } of sources) {
    if (links.length > 0) lower(part, "approximated", "%files copies what links name, where COPY keeps links");
    if (kind !== "file") lower(part, "approximated", INTO_FOLDER);
    const file = kind === "file" || (kind === "unknown" && destination.endsWith("/"));
    const target =
      file && (destination.endsWith("/") || sources.length > 1)
        ? posix.join(destination, posix.basename(path))
        : destination;
    for (const one of [...parts, ...links.map((link) => link.path)]) {
      const inside = stage === undefined ? posix.relative(path, one) : "";
      draft.files.push({ from: stage, line: filesLine(one, posix.join(target, inside)), part });
    }
  }
  return draft;
}

const INTO_FOLDER = "a folder is put into its destination, not its content, if the base image has that folder already";

function inPost(
  copy: Copy,
  { local, remote, inline }: Sorted,
  destination: string,
  from: string | undefined,
  draft: StageDraft,
  part: Part,
): StageDraft {
  const exclude = flagsOf(copy, "exclude").map(({ value = "" }) => value);
  const staged =
    local.length > 0 ? stageFiles({ from, sources: local, exclude, part }, draft) : { draft, paths: [], links: [] };
  const to = shellWord(destination);
  const isFolder = destination.endsWith("/") || copy.sources.length > 1;
  const target = shellWord(isFolder && !destination.endsWith("/") ? `${destination}/` : destination);
  const lines = [`# ${heading(copy.line)}`];
  const archives = copy.keyword === "ADD" && switchOf(copy, "unpack") !== false ? staged.paths.filter(isArchive) : [];
  const plain = staged.paths.filter((path) => !archives.includes(path));
  lines.push(...staged.links);
  lines.push(...attributes(copy, staged.paths, draft, part));
  for (const path of archives) {
    lower(part, "approximated", "tar of the image unpacks the archive");
    lines.push(`mkdir -p ${to} && tar -xf ${shellWord(path)} -C ${to}`);
  }
  if (plain.length > 0) lines.push(`copy_files ${[target, ...plain.map(shellWord)].join(" ")}`);
  const made = [
    ...inline.map((one) => inlineLines(one, destination, isFolder)),
    ...remote.map((one) => remoteLines(one, destination, copy, part)),
  ];
  for (const { path, lines: own } of made) lines.push(...own, ...attributes(copy, [path], draft, part));
  draft.post.push({ lines, part });
  const functions = plain.length > 0 ? new Set([...staged.draft.functions, "copy_files"]) : staged.draft.functions;
  return { ...staged.draft, functions };
}

function attributes(copy: Copy, paths: readonly string[], draft: StageDraft, part: Part): readonly string[] {
  return ["chown", "chmod"].flatMap((name) => {
    const flag = flagOf(copy, name);
    if (!flag?.value || paths.length === 0) return [];
    const value = wordValue({ text: flag.value, range: flag.range }, draft, part);
    const said = name === "chown" ? ownerWord(value) : shellWord(value);
    return [`${name} -R ${said} ${paths.map(shellWord).join(" ")}`];
  });
}

// Without a group Docker takes the one with the user's number.
function ownerWord(owner: string): string {
  if (owner.includes(":")) return shellWord(owner);
  return /^\d+$/.test(owner) ? `${owner}:${owner}` : `${shellWord(owner)}:"$(id -u ${shellWord(owner)})"`;
}

interface Made {
  readonly path: string;
  readonly lines: readonly string[];
}

function inlineLines({ name, content }: Sorted["inline"][number], destination: string, folder: boolean): Made {
  const path = folder ? posix.join(destination, name) : destination;
  return { path, lines: [`mkdir -p ${shellWord(posix.dirname(path))}`, ...printLines(content, shellWord(path))] };
}

function remoteLines(remote: Remote, destination: string, copy: Copy, part: Part): Made {
  if (remote.kind === "git") {
    lower(part, "approximated", "git of the image fetches the repository");
    const to = shellWord(destination);
    const checkout = remote.ref === undefined ? [] : [`git -C ${to} checkout ${shellWord(remote.ref)}`];
    if (remote.folder !== "")
      lower(part, "dropped", `only the folder ${remote.folder} was wanted; all of the repository comes`);
    return { path: destination, lines: [`git clone ${shellWord(remote.remote)} ${to}`, ...checkout] };
  }
  lower(part, "approximated", "curl or wget of the image fetches the file");
  const path = destination.endsWith("/") ? posix.join(destination, remote.name) : destination;
  const sum = /^sha256:([0-9a-f]{64})$/.exec(flagOf(copy, "checksum")?.value ?? "")?.[1];
  const [url, to] = [shellWord(remote.url.href), shellWord(path)];
  return {
    path,
    lines: [
      `mkdir -p ${shellWord(posix.dirname(path))}`,
      `if command -v curl >/dev/null; then curl -fsSL -o ${to} ${url}; else wget -q -O ${to} ${url}; fi`,
      ...(sum === undefined ? [] : [`echo "${sum}  "${to} | sha256sum -c`]),
      `chmod 600 ${to}`,
    ],
  };
}

function isArchive(path: string): boolean {
  return /\.(?:tar(?:\.(?:gz|bz2|xz|zst))?|tgz|tbz2?|txz)$/.test(path);
}

/** The shell function that does what COPY does: the content of folders, files by their name. */
export const COPY_FILES = [
  "copy_files() {",
  "    to=$1; shift",
  '    case $to in */) mkdir -p "$to" ;; *) mkdir -p "$(dirname "$to")" ;; esac',
  '    for from in "$@"; do',
  '        if [ -d "$from" ]; then mkdir -p "$to"; cp -a "$from/." "$to/"; else cp -a "$from" "$to"; fi',
  "    done",
  "}",
];
