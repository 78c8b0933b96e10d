// COPY and ADD in their turn among the commands of `%post`: files that were put aside, contents given in the recipe, and
// what ADD fetches or unpacks.

import { posix } from "node:path";
import { flagOf, switchOf } from "../dockerfile/flag-values.ts";
import type { Remote } from "../dockerfile/remote.ts";
import { type CopyTask, isArchive } from "./copy-task.ts";
import { lower } from "./ledger.ts";
import { ownerWord, type StageDraft, withFunction, wordValue } from "./stage-draft.ts";
import { stageFiles } from "./staging.ts";
import { heading, printLines } from "./to-post.ts";
import { shellWord } from "./unknown-values.ts";

/** Copies at this place of `%post`. */
export function copyInPost(task: CopyTask, draft: StageDraft): StageDraft {
  const { copy, local, inline, remote, from, exclude, part } = task;
  const none = { draft, paths: [], links: [], kind: "files" } as const;
  const parents = switchOf(copy, "parents") ?? false;
  const staged = local.length > 0 ? stageFiles({ from, sources: local, exclude, parents, part }, draft) : none;
  const unpacks = copy.keyword === "ADD" && switchOf(copy, "unpack") !== false;
  const archives = unpacks ? staged.paths.filter(isArchive) : [];
  const unpacked = archives.map((path) => archiveLines(path, task, draft));
  const plain = [...staged.paths.filter((path) => !archives.includes(path)), ...unpacked.flatMap(({ path }) => path)];
  const made = [...inline.map((one) => inlineLines(one, task)), ...remote.map((one) => remoteLines(one, task))];
  const folder = plain.length + made.length > 0 ? folderLines(task, draft) : [];
  const merges = plain.length > 0 && (staged.kind !== "files" || archives.length > 0);
  const merge = `copy_files ${[targetOf(task), ...plain].map(shellWord).join(" ")}`;
  const lines = [
    `# ${heading(copy.line)}`,
    ...[...staged.links, ...folder, ...unpacked.flatMap((one) => one.lines), ...attributes(task, plain, draft)],
    ...(merges ? [merge] : plain.length > 0 ? simpleCopy(task, plain, folder.length > 0) : []),
    ...made.flatMap((one) => [...one.lines, ...attributes(task, [one.path], draft)]),
  ];
  draft.post.push({ lines, part });
  const needed = { copy_files: merges, make_folder: folder.length > 0 };
  return withFunction(staged.draft, ...(["copy_files", "make_folder"] as const).filter((name) => needed[name]));
}

// Plain files need no more than `cp`.
function simpleCopy(task: CopyTask, paths: readonly string[], made: boolean): readonly string[] {
  const target = targetOf(task);
  const folder = target.endsWith("/") ? target.replace(/(?<=.)\/$/, "") : posix.dirname(target);
  const make = made || folder === "/" ? [] : [`mkdir -p ${shellWord(folder)}`];
  return [...make, `cp -a ${[...paths, target].map(shellWord).join(" ")}`];
}

function isFolder({ copy, destination }: CopyTask): boolean {
  return destination.endsWith("/") || copy.sources.length > 1;
}

function targetOf(task: CopyTask): string {
  const { destination } = task;
  return isFolder(task) && !destination.endsWith("/") ? `${destination}/` : destination;
}

// The folder that must be there before anything is copied, for an owner other than root: what a folder's content goes to
// comes with the folder itself.
function folderLines(task: CopyTask, draft: StageDraft): readonly string[] {
  const { local, from, destination } = task;
  const owner = ownerOf(task, draft);
  const only =
    from === undefined && local.length === 1 ? draft.job.context.kind(posix.normalize(local[0] ?? "")) : undefined;
  const whole = destination.replace(/(?<=.)\/$/, "");
  const folder = isFolder(task) && only !== "folder" ? whole : posix.dirname(whole);
  if (owner === undefined || folder === "/" || folder === draft.cwd?.value) return [];
  return [`make_folder ${owner} ${shellWord(folder)}`];
}

function flagValue(name: "chown" | "chmod", { copy, part }: CopyTask, draft: StageDraft): string | undefined {
  const flag = flagOf(copy, name);
  return flag?.value ? wordValue({ text: flag.value, range: flag.range }, draft, part) : undefined;
}

function ownerOf(task: CopyTask, draft: StageDraft): string | undefined {
  const value = flagValue("chown", task, draft);
  return value === undefined ? undefined : ownerWord(value);
}

function attributes(task: CopyTask, paths: readonly string[], draft: StageDraft): readonly string[] {
  if (paths.length === 0) return [];
  const places = paths.map(shellWord).join(" ");
  const owner = ownerOf(task, draft);
  const mode = flagValue("chmod", task, draft);
  return [
    ...(owner === undefined ? [] : [`chown -hR ${owner} ${places}`]),
    ...(mode === undefined ? [] : [`chmod -R ${shellWord(mode)} ${places}`]),
  ];
}

const COMPRESSIONS: readonly (readonly [RegExp, string])[] = [
  [/\.(?:gz|tgz)$/, "-xzf"],
  [/\.(?:bz2|tbz2?)$/, "-xjf"],
  [/\.(?:xz|txz)$/, "-xJf"],
  [/\.zst$/, "--zstd -xf"],
];

// Straight to its place, unless what it holds must get another owner or mode on the way.
function archiveLines(
  archive: string,
  task: CopyTask,
  draft: StageDraft,
): { readonly path: readonly string[]; readonly lines: readonly string[] } {
  lower(task.part, "approximated", "tar of the image unpacks the archive");
  const waits = attributes(task, ["x"], draft).length > 0;
  const to = shellWord(waits ? `${archive}.unpacked` : task.destination);
  const flags = COMPRESSIONS.find(([name]) => name.test(archive))?.[1] ?? "-xf";
  return {
    path: waits ? [`${archive}.unpacked`] : [],
    lines: [`mkdir -p ${to}`, `tar ${flags} ${shellWord(archive)} -C ${to}`],
  };
}

interface Made {
  readonly path: string;
  readonly lines: readonly string[];
}

function inlineLines({ name, content }: CopyTask["inline"][number], task: CopyTask): Made {
  const path = isFolder(task) ? posix.join(task.destination, name) : task.destination;
  return { path, lines: [`mkdir -p ${shellWord(posix.dirname(path))}`, ...printLines(content, shellWord(path))] };
}

function remoteLines(remote: Remote, { copy, destination, part }: CopyTask): Made {
  if (remote.kind === "git") {
    lower(part, "approximated", "git of the image fetches the repository");
    const to = shellWord(destination);
    const checkout = remote.ref === undefined ? [] : [`git -C ${to} checkout ${shellWord(remote.ref)}`];
    if (remote.folder !== "")
      lower(part, "dropped", `all of the repository comes, not only its folder ${remote.folder}`);
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
