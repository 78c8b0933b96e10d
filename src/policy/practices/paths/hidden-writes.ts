// Files where they can be seen when the container runs: PTH001, PTH003.

import { following, vanished } from "../../commands/gone.ts";
import { isRemoved, type Removal } from "../../commands/removals.ts";
import { plainText } from "../../commands/words.ts";
import { type Write, writes } from "../../commands/writes.ts";
import { practice } from "../../practice.ts";
import { absolute } from "../../recipe-view/expansion.ts";
import type { CommandView, CopyView, RecipeView, StageView, StepView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import { isInMount } from "../packages/cache-cleaning.ts";
import { debian, post } from "../packages/calls.ts";
import { commandsIn, finalSteps } from "../recipe-parts.ts";
import { bindFolderOf, moveFix } from "./bind-folders.ts";
import { workdirPath } from "./workdir.ts";

const WHY =
  "The site mounts its own folder there when the container runs, and what the image has below it cannot be seen.";

export const HIDDEN_WRITE = practice({
  id: "PTH001",
  title: "Files of the image lie where nothing is mounted",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{path} will be hidden: {folder} is mounted when a container runs",
  hint: "put it below /opt or /usr/local, or remove it in the same step",
  why: WHY,
  source: "N2.4",
  peers: [],
  fix: "unsafe",
  checks: {
    recipe: ({ recipe, tables: { bindDirectories } }) =>
      recipe.chain.flatMap((stage) => stageHits(recipe, stage, bindDirectories)),
  },
  passes: [
    { shows: "/opt", dockerfile: debian("COPY app /opt/app", "RUN git clone --branch v1 https://h.example/r /opt/r") },
    {
      shows: "removed in the same layer",
      dockerfile: debian(
        "RUN curl -o /tmp/a.tgz https://h.example/a.tgz && tar xf /tmp/a.tgz -C /opt && rm /tmp/a.tgz",
      ),
    },
    {
      shows: "removed with all of it",
      definition: post(
        "cd /tmp",
        "wget https://h.example/a.tgz",
        "tar xf a.tgz",
        "cd a && make install",
        "rm -rf /tmp/*",
      ),
    },
    { shows: "mount points", dockerfile: debian("RUN mkdir -p /scratch /gpfs /att/nobackup") },
    {
      shows: "into a mount",
      dockerfile: debian("RUN --mount=type=tmpfs,target=/tmp curl -o /tmp/a https://h.example/a"),
    },
    { shows: "moved on", dockerfile: debian("RUN curl -o /tmp/a https://h.example/a && mv /tmp/a /usr/local/bin/a") },
    { shows: "in another stage", dockerfile: `${debian("COPY . /tmp/src")}FROM debian:13.1\n` },
    { shows: "copied from such a place", dockerfile: debian("COPY --from=debian:13.1 /root/x /opt/x") },
    {
      shows: "%files, removed in %post",
      definition: `${post("sh /tmp/i.sh", "rm /tmp/i.sh")}%files\n  i.sh /tmp/i.sh\n`,
    },
  ],
  fails: [
    {
      shows: "a clone",
      dockerfile: debian("RUN git clone https://h.example/r /home/r && make -C /home/r"),
      expect: { says: "/home/r", fixed: debian("RUN git clone https://h.example/r /opt/r && make -C /opt/r") },
    },
    { shows: "COPY", dockerfile: debian("COPY requirements.txt /tmp/"), expect: { says: "/tmp/requirements.txt" } },
    {
      shows: "COPY below the working directory",
      dockerfile: debian("WORKDIR /root", "COPY app app"),
      expect: { line: 3, says: "/root/app" },
    },
    {
      shows: "%files",
      definition: "Bootstrap: docker\nFrom: debian:13.1\n%files\n    data /scratch/data\n",
      expect: { line: 4 },
    },
    {
      shows: "an installer",
      definition: post("bash Miniconda3.sh -b -p /root/mc"),
      expect: { fixed: post("bash Miniconda3.sh -b -p /opt/mc") },
    },
    { shows: "unpacked", dockerfile: debian("RUN tar xf a.tgz -C /nobackup/x") },
    { shows: "redirected", dockerfile: debian("RUN echo x > $HOME/.app") },
    {
      shows: "removed in another layer",
      dockerfile: debian("RUN curl -o /tmp/a https://h.example/a", "RUN rm /tmp/a"),
    },
    { shows: "mkdir", dockerfile: debian("RUN mkdir -p /gpfs/data") },
    { shows: "the site's list", dockerfile: debian("COPY a /work/a"), policy: { bindDirectories: ["/work"] } },
  ],
});

function stageHits(recipe: RecipeView, { steps }: StageView, folders: readonly string[]): readonly Hit[] {
  return steps.flatMap((step, index) => {
    // All of a definition file makes one layer.
    const same = recipe.kind === "definition" ? steps.slice(index + 1) : [];
    const later = () => commandsIn(same, "build").map(({ command }) => command);
    const copied = copiedHits(recipe, step, folders).filter(({ path }) => !isRemoved(path, later().flatMap(vanished)));
    const written = writtenHits(recipe, step, folders, later);
    return distinct([...copied, ...written].map(({ hit }) => hit));
  });
}

interface PathHit {
  readonly path: string;
  readonly hit: Hit;
}

function copiedHits(recipe: RecipeView, { copies }: StepView, folders: readonly string[]): readonly PathHit[] {
  return copies.slice(0, MOST_WRITES).flatMap((copy) => {
    const [path] = targetsOf(copy);
    const hit = path === undefined ? undefined : hitOf(recipe, path, copy.written, folders, false);
    return path !== undefined && hit ? [{ path, hit }] : [];
  });
}

/** What more of one step is hidden is told when these are mended. */
const MOST_WRITES = 100;

function writtenHits(
  recipe: RecipeView,
  step: StepView,
  folders: readonly string[],
  later: () => readonly CommandView[],
): readonly PathHit[] {
  const commands = commandsIn([step], "build").map(({ command }) => command);
  const inside = commands.flatMap((command, at) =>
    writes(command)
      .filter(({ path, below }) => bindFolderOf(path, folders, !below) !== undefined && !isInMount(step, path))
      .map((write) => [write.path, { write, at }] as const),
  );
  return [...new Map(inside).values()].slice(0, MOST_WRITES).flatMap(({ write, at }) => {
    const { path, range, word, below, how } = write;
    const gone = [...following(commands, at), ...later()].flatMap(vanished);
    // `mkdir /tmp/b && cd /tmp/b && …; rm -rf /tmp/b/*` leaves an empty folder.
    const emptied = how === "folder" && gone.some(({ pattern }) => pattern === `${path}/*`);
    if (emptied || isTaken(write, gone)) return [];
    const hit = hitOf(recipe, path, { range, text: word && plainText(word) }, folders, below);
    return hit ? [{ path, hit }] : [];
  });
}

function isTaken({ path, below }: Write, gone: readonly Removal[]): boolean {
  if (isRemoved(path, gone)) return true;
  // What an archive holds is not known: any removal below the folder may be of it.
  return below && gone.some(({ pattern }) => pattern.startsWith(`${path.replace(/\/$/, "")}/`));
}

function targetsOf({ target, sources }: CopyView): readonly string[] {
  if (target === undefined) return [];
  if (!target.endsWith("/")) return [target.startsWith("/") ? target : `/${target}`];
  // Of a folder its content is copied: names that nobody knows.
  return sources.map(({ text }) => `${target}${/(^|\/)\.?$/.test(text) ? "*" : (text.split("/").at(-1) ?? "")}`);
}

function hitOf(
  recipe: RecipeView,
  path: string,
  { range, text }: { readonly range: Hit["range"]; readonly text: string | undefined },
  folders: readonly string[],
  inside: boolean,
): Hit | undefined {
  const folder = bindFolderOf(path, folders, !inside);
  if (folder === undefined) return undefined;
  const fix = text === undefined ? undefined : moveFix(recipe, text, folders);
  return { fields: { path: inside ? `What is written into ${path}` : path, folder }, range, fix };
}

// The same file, written twice in one step, is told once.
function distinct(hits: readonly Hit[]): readonly Hit[] {
  return [...new Map(hits.map((hit) => [hit.fields?.["path"], hit])).values()];
}

export const MOUNTED_WORKDIR = practice({
  id: "PTH003",
  title: "The working directory is no mount point",
  severity: "warning",
  class: "required",
  certainty: "certain",
  message: "the working directory {path} is below {folder}, which is mounted when a container runs",
  hint: "use a folder below /opt or /srv",
  why: WHY,
  source: "N2.4",
  peers: ["DS-0030"],
  fix: "unsafe",
  checks: {
    recipe: ({ recipe, tables: { bindDirectories } }) =>
      finalSteps(recipe).flatMap((step) => {
        const found = workdirOf(recipe, step);
        const folder = found && bindFolderOf(found.path, bindDirectories, false);
        if (!found || folder === undefined) return [];
        return [
          {
            fields: { path: found.path, folder },
            range: found.range,
            fix: moveFix(recipe, found.text, bindDirectories),
          },
        ];
      }),
  },
  passes: [
    { shows: "/opt/app", dockerfile: debian("WORKDIR /opt/app") },
    { shows: "a name that begins so", dockerfile: debian("WORKDIR /homestead") },
    { shows: "in another stage", dockerfile: `${debian("WORKDIR /tmp/src")}FROM debian:13.1\n` },
    { shows: "not known", dockerfile: debian("ARG DIR", "WORKDIR $DIR") },
  ],
  fails: [
    { shows: "/tmp/app", dockerfile: debian("WORKDIR /tmp/app"), expect: { fixed: debian("WORKDIR /opt/app") } },
    { shows: "the folder itself", dockerfile: debian("WORKDIR /root"), expect: { says: "/root" } },
    { shows: "by a variable", dockerfile: debian("ENV D=/home/app", "WORKDIR $D/src"), expect: { line: 3 } },
    { shows: "the stage below", dockerfile: "FROM debian:13.1 AS a\nWORKDIR /scratch\nFROM a\n", expect: { line: 2 } },
  ],
});

interface Workdir {
  readonly path: string;
  readonly text: string;
  readonly range: NonNullable<Hit["range"]>;
}

function workdirOf({ dockerfile }: RecipeView, { instruction, before }: StepView): Workdir | undefined {
  if (instruction?.keyword !== "WORKDIR" || !dockerfile) return undefined;
  const { text, range } = instruction.word;
  const value = workdirPath(text, before.variables);
  const path =
    value === undefined ? (/^(\$\{?HOME\b|~)/.test(text) ? "$HOME" : undefined) : absolute(value, before.folder);
  return path === undefined ? undefined : { path, text, range };
}
