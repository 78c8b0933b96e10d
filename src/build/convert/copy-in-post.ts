// COPY and ADD in their turn among the commands of `%post`: files that were put aside, contents given in the recipe, and
// what ADD fetches or unpacks.

import { posix } from "node:path";
import { flagOf, switchOf } from "../dockerfile/flag-values.ts";
import type { Remote } from "../dockerfile/remote.ts";
import { type CopyTask, isArchive } from "./copy-task.ts";
import { lower } from "./ledger.ts";
import { ownerWord, type StageDraft, wordValue } from "./stage-draft.ts";
import { stageFiles } from "./staging.ts";
import { heading, printLines } from "./to-post.ts";
import { shellWord } from "./unknown-values.ts";

/** The shell function that does what COPY does: the content of folders, one by one lest an existing folder's mode change. */
export const COPY_FILES: readonly string[] = [
  "copy_files() {",
  "    to=$1; shift",
  '    case $to in */) mkdir -p "$to" ;; *) mkdir -p "$(dirname "$to")" ;; esac',
  '    for from in "$@"; do',
  '        [ -d "$from" ] || { cp -a "$from" "$to"; continue; }',
  '        mkdir -p "$to"',
  '        for one in "$from"/* "$from"/.[!.]* "$from"/..?*; do',
  '            if [ -e "$one" ] || [ -L "$one" ]; then cp -a "$one" "$to/"; fi',
  "        done",
  "    done",
  "}",
];

/** Copies at this place of `%post`. */
export function copyInPost(task: CopyTask, draft: StageDraft): StageDraft {
  const { copy, local, inline, remote, destination, from, exclude, part } = task;
  const none = { draft, paths: [], links: [] };
  const staged = local.length > 0 ? stageFiles({ from, sources: local, exclude, part }, draft) : none;
  const archives = copy.keyword === "ADD" && switchOf(copy, "unpack") !== false ? staged.paths.filter(isArchive) : [];
  const plain = staged.paths.filter((path) => !archives.includes(path));
  const made = [...inline.map((one) => inlineLines(one, task)), ...remote.map((one) => remoteLines(one, task))];
  if (archives.length > 0) lower(part, "approximated", "tar of the image unpacks the archive");
  const to = shellWord(destination);
  const lines = [
    `# ${heading(copy.line)}`,
    ...staged.links,
    ...attributes(task, staged.paths, draft),
    ...archives.map((path) => `mkdir -p ${to} && tar -xf ${shellWord(path)} -C ${to}`),
    ...(plain.length > 0 ? [`copy_files ${[targetOf(task), ...plain].map(shellWord).join(" ")}`] : []),
    ...made.flatMap((one) => [...one.lines, ...attributes(task, [one.path], draft)]),
  ];
  draft.post.push({ lines, part });
  const { functions } = staged.draft;
  return { ...staged.draft, functions: plain.length > 0 ? new Set([...functions, "copy_files"]) : functions };
}

function isFolder({ copy, destination }: CopyTask): boolean {
  return destination.endsWith("/") || copy.sources.length > 1;
}

function targetOf(task: CopyTask): string {
  const { destination } = task;
  return isFolder(task) && !destination.endsWith("/") ? `${destination}/` : destination;
}

function attributes({ copy, part }: CopyTask, paths: readonly string[], draft: StageDraft): readonly string[] {
  return ["chown", "chmod"].flatMap((name) => {
    const flag = flagOf(copy, name);
    if (!flag?.value || paths.length === 0) return [];
    const value = wordValue({ text: flag.value, range: flag.range }, draft, part);
    const said = name === "chown" ? ownerWord(value) : shellWord(value);
    return [`${name} -R ${said} ${paths.map(shellWord).join(" ")}`];
  });
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
