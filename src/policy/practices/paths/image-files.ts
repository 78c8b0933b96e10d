// Where the files of an image lie, and who may read them: PTH002, PTH008.

import type { AuditedImage, AuditedLayer, FileEntry } from "../../../audit/types.ts";
import { formatSize } from "../../../base/size.ts";
import { practice } from "../../practice.ts";
import { type Hit, unknown } from "../../rule.ts";
import { exampleFile, imageWith } from "../example-parts.ts";

export const HIDDEN_FILES = practice({
  id: "PTH002",
  title: "Files of an image lie where nothing is mounted",
  severity: "warning",
  class: "required",
  certainty: "certain",
  message: "{count} files ({size}) below {folder} will be hidden, such as {path}",
  hint: "install below /opt or /usr/local, and build the image anew",
  why: "The site mounts its own folder there when the container runs, and what the image has below it cannot be seen.",
  source: "N2.4",
  peers: ["DKL-LI-0003"],
  checks: {
    image: ({ image: { files, layers }, tables: { bindDirectories } }) => {
      if (!files) return unknown("nobody read the image's files");
      return bindDirectories.flatMap((folder) => hiddenBelow(folder, bindDirectories, files.entries, layers ?? []));
    },
  },
  passes: [
    { shows: "/opt", image: imageWith(exampleFile("opt/conda/bin/conda")) },
    {
      shows: "what accounts are made with",
      image: imageWith(exampleFile("root/.bashrc"), exampleFile("home/u/.profile")),
    },
    { shows: "a small file of the base", image: imageWith(exampleFile("root/.wget-hsts", { layer: 0, size: 200 })) },
    { shows: "empty folders", image: imageWith(exampleFile("scratch/x", { type: "directory", size: 0 })) },
  ],
  fails: [
    {
      shows: "/root/miniconda3",
      image: imageWith(exampleFile("root/miniconda3/bin/conda"), exampleFile("root/miniconda3/lib/x.so")),
      expect: { says: "2 files (19.5 KiB) below /root" },
    },
    {
      shows: "a folder of the site",
      image: imageWith(exampleFile("att/nobackup/data")),
      expect: { says: "/att/nobackup" },
    },
    { shows: "nobody looked", image: { files: undefined }, expect: { certainty: "unknown" } },
  ],
});

/** What useradd and shells put into every home. */
const SKELETON =
  /(^|\/)\.(bashrc|bash_profile|bash_logout|profile|cshrc|tcshrc|login|logout|zshrc|kshrc|mkshrc|inputrc|viminfo)$/;
const SMALL = 4096;

function hiddenBelow(
  folder: string,
  folders: readonly string[],
  entries: readonly FileEntry[],
  layers: readonly AuditedLayer[],
): readonly Hit[] {
  const prefix = `${folder.replace(/^\/+|(?<!\/)\/+$/g, "")}/`;
  // `/att/nobackup` is told of by itself, not below a folder above it.
  const inner = folders
    .map((one) => `${one.replace(/^\/+|(?<!\/)\/+$/g, "")}/`)
    .filter((one) => one !== prefix && one.startsWith(prefix));
  const found = entries.filter(
    ({ path, type, size, layer }) =>
      type === "file" &&
      path.startsWith(prefix) &&
      !inner.some((one) => path.startsWith(one)) &&
      !SKELETON.test(path) &&
      !(size < SMALL && layers[layer]?.base === true),
  );
  const [first] = found;
  if (!first) return [];
  const size = formatSize(found.reduce((sum, entry) => sum + entry.size, 0));
  return [{ fields: { count: found.length, size, folder, path: `/${first.path}` } }];
}

export const OPEN_FILES = practice({
  id: "PTH008",
  title: "Everybody may read the application",
  severity: "warning",
  class: "recommended",
  certainty: "likely",
  message: "only its owner can use {path} ({mode}): {count} files and folders of the application",
  hint: "end the step that installs it with chmod -R o+rX {path}",
  why: "Apptainer and its kin run as the caller: what only root may read fails for everybody.",
  source: "N2.4",
  peers: [],
  checks: {
    image: ({ image }) => (image.files ? closedHits(image) : unknown("nobody read the image's files")),
  },
  passes: [
    {
      shows: "755",
      image: imageWith(folder("opt/app", 0o755), exampleFile("opt/app/run", { mode: 0o755, program: true })),
    },
    { shows: "data are not judged", image: imageWith(exampleFile("opt/app/key", { mode: 0o600 })) },
    { shows: "of the base", image: imageWith(exampleFile("root", { type: "directory", mode: 0o700, layer: 0 })) },
    { shows: "root's own settings", image: imageWith(folder("root", 0o700, 0), exampleFile("root/.bashrc")) },
    { shows: "root's folders in one layer", image: imageWith(folder("root", 0o700), folder("root/.cache", 0o700)) },
    { shows: "of the system", image: imageWith(folder("etc/ssl/private", 0o700), folder("var/lib/x", 0o750)) },
  ],
  fails: [
    { shows: "mode 750", image: imageWith(folder("opt/app", 0o750)), expect: { says: "/opt/app (750)" } },
    { shows: "a program", image: imageWith(exampleFile("usr/local/bin/run", { mode: 0o700, program: true })) },
    {
      shows: "below /root",
      image: imageWith(folder("root", 0o700, 0), exampleFile("root/conda/bin/python", { mode: 0o755, program: true })),
      expect: { says: "/root (700)" },
    },
    { shows: "nobody looked", image: { files: undefined }, expect: { certainty: "unknown" } },
  ],
});

function folder(path: string, mode: number, layer = 1): FileEntry {
  return exampleFile(path, { type: "directory", size: 0, mode, layer });
}

/** Where applications are put: not the system's own places. */
const APPLICATION = /^(opt|srv|app|usr\/local|usr\/src|software|sw|work|code|workspace|home|root)(\/|$)/;

function closedHits({ files, layers }: AuditedImage): readonly Hit[] {
  const entries = files?.entries ?? [];
  const own = entries.filter(({ path, layer }) => APPLICATION.test(path) && layers?.[layer]?.base !== true);
  const closed = new Map<string, { mode: number; count: number }>();
  for (const { path, mode } of entries.filter(isClosedFolder)) closed.set(path, { mode, count: 0 });
  for (const entry of own) {
    const top = topClosed(entry.path, closed);
    // Root's own files stay root's; programs below /root are somebody's application.
    if (top !== undefined) count(closed, top, top === "root" && !isRunnable(entry) ? 0 : 1);
    else if (isClosedProgram(entry)) closed.set(entry.path, { mode: entry.mode, count: 1 });
  }
  return [...closed]
    .filter(([path, { count: files }]) => files > 0 && topClosed(path, closed) === path)
    .map(([path, { mode, count: files }]) => ({
      fields: { path: `/${path}`, mode: (mode & 0o777).toString(8), count: files },
    }));
}

function isClosedFolder({ type, mode, path }: FileEntry): boolean {
  return type === "directory" && APPLICATION.test(path) && (mode & 0o005) !== 0o005;
}

function isClosedProgram({ type, mode, program }: FileEntry): boolean {
  return type === "file" && (program || (mode & 0o100) !== 0) && (mode & 0o005) !== 0o005;
}

function isRunnable({ type, mode }: FileEntry): boolean {
  return type === "file" && (mode & 0o111) !== 0;
}

function count(closed: Map<string, { mode: number; count: number }>, path: string, more: number): void {
  const entry = closed.get(path);
  if (entry) entry.count += more;
}

// The uppermost closed folder that a path is, or is in. /root itself is closed everywhere: only what is put into it counts.
function topClosed(path: string, closed: ReadonlyMap<string, unknown>): string | undefined {
  const parts = path.split("/");
  for (let length = 1; length <= parts.length; length++) {
    const above = parts.slice(0, length).join("/");
    if (closed.has(above) && !(above === "root" && path === "root")) return above;
  }
  return path === "root" && closed.has("root") ? "root" : undefined;
}
