// Files that the work on an image left behind: LAY009.

import { listed } from "../../message.ts";
import { practice } from "../../practice.ts";
import type { AuditSubject } from "../../practice-subjects.ts";
import { type Hit, unknown } from "../../rule.ts";
import { exampleFile, exampleFiles } from "../example-parts.ts";

const MIB = 1024 ** 2;

function tree(...sizes: readonly (readonly [path: string, size: number])[]) {
  return exampleFiles(sizes.map(([path, size]) => exampleFile(path, { size })));
}

export const CLUTTER = practice({
  id: "LAY009",
  title: "No leftovers of the build in the image",
  severity: "info",
  class: "recommended",
  certainty: "certain",
  message: "{size} are left over: {paths}",
  hint: "remove them in the step that makes them, and leave them out of the context with .dockerignore",
  why: "Histories, caches and objects of compilers are fetched with every pull, and nobody runs them.",
  source: "N2.6",
  peers: ["DKL-LI-0003"],
  checks: { image: hitOf },
  passes: [
    { shows: "none", image: { files: tree(["opt/app/main.py", 900 * MIB]) } },
    { shows: "a little", image: { files: tree(["opt/app/__pycache__/x.pyc", 9]) } },
    {
      shows: "names that only look like it",
      image: { files: tree(["opt/app/.github/x", 90 * MIB], ["opt/core/x", 90 * MIB]) },
    },
  ],
  fails: [
    {
      shows: ".git of 300 MB",
      image: { files: tree(["opt/app/.git/objects/pack/p.pack", 300 * MIB], ["opt/app/a.o", MIB]) },
      expect: { says: "301 MB are left over: /opt/app/.git (300 MB) and object files in /opt/app (1 MB)" },
    },
    { shows: "caches", image: { files: tree(["home/x/.cache/pip/a", 30 * MIB]) }, expect: { says: "/home/x/.cache" } },
    { shows: "nobody looked", image: { files: undefined }, expect: { certainty: "unknown" } },
  ],
});

// What is named is the folder up to and with the group.
const FOLDERS = /^(.*?(?:^|\/)(?:\.git|\.svn|\.hg|__pycache__|\.cache|\.ccache|\.npm|node_modules\/\.cache))\//;
const CORE = /(?:^|\/)(?:core\.\d+|core)$/;
const EDITOR = /(?:~|\.sw[op]|\.bak|\.orig|\.DS_Store)$/;

function groupOf(path: string, program: boolean): string | undefined {
  const folder = FOLDERS.exec(path)?.[1];
  if (folder !== undefined)
    return `/${folder.endsWith("__pycache__") ? `${folder.split("/")[0]}/**/__pycache__` : folder}`;
  const place = `/${path.split("/").slice(0, -1).slice(0, 2).join("/")}`;
  if (path.endsWith(".o") && !path.startsWith("usr/lib")) return `object files in ${place}`;
  if (CORE.test(path) && program) return `memory dumps in ${place}`;
  return EDITOR.test(path) ? `files of editors in ${place}` : undefined;
}

function hitOf({ image: { files }, tables: { limits } }: AuditSubject): Hit | undefined {
  if (!files) return unknown("which files are in the image");
  const groups = new Map<string, number>();
  let total = 0;
  for (const { path, type, size, program } of files.entries) {
    const group = type === "file" ? groupOf(path, program) : undefined;
    if (group === undefined) continue;
    groups.set(group, (groups.get(group) ?? 0) + size);
    total += size;
  }
  if (total <= limits.clutterBytes) return undefined;
  const top = [...groups].sort((one, other) => other[1] - one[1]).slice(0, 3);
  const paths = listed(top.map(([name, size]) => `${name} (${megabytes(size)})`));
  return { fields: { size: megabytes(total), paths } };
}

function megabytes(size: number): string {
  return `${Math.round(size / MIB)} MB`;
}
