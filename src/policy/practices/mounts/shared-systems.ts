// Mounts of shared file systems: MNT004, MNT005, MNT008.

import { isInside } from "../../commands/path-globs.ts";
import { depthBelow, plainPath } from "../../host-path.ts";
import type { LaunchMount } from "../../launch-view/types.ts";
import { practice } from "../../practice.ts";
import type { PracticeConfig } from "../../practice-config.ts";
import type { LaunchSubject } from "../../practice-subjects.ts";
import { type Hit, unknown } from "../../rule.ts";
import type { Fix } from "../../types.ts";

type SharedSystem = PracticeConfig["sharedFileSystems"][number];

/** The shared file system that a mount brings in. */
export function sharedSystem(
  { kind, source = "" }: LaunchMount,
  { sharedFileSystems }: PracticeConfig,
): SharedSystem | undefined {
  return kind === "bind" ? sharedFileSystems.find(({ path }) => isInside(source, path)) : undefined;
}

const EXAMPLE = { sharedFileSystems: [{ path: "/global", minDepth: 3 }] };

export const READ_ONLY_MOUNTS = practice({
  id: "MNT004",
  title: "Shared file systems are mounted read-only unless the service writes",
  severity: "warning",
  class: "recommended",
  certainty: "person",
  message: "{path} is mounted for writing",
  hint: "add :ro, unless the service writes there",
  why: "A service that was taken over cannot destroy what it may only read.",
  source: "Spin: Storage",
  peers: [],
  counterparts: ["VOL-05", "VOL-06"],
  cases: {
    open: {
      severity: "error",
      message: "{path} is mounted for writing by a service that everybody reaches",
      hint: "add :ro, or let people sign in",
    },
  },
  fix: "unsafe",
  checks: { launch: (subject) => writable(subject) },
  passes: [
    { shows: ":ro", policy: EXAMPLE, compose: "volumes: ['/global/p/u/app:/srv:ro']\n" },
    { shows: "another file system", policy: EXAMPLE, compose: "volumes: ['/data/x:/srv']\n" },
  ],
  fails: [
    {
      shows: "for writing",
      policy: EXAMPLE,
      run: "docker run -v /global/p/u/app:/srv img:1\n",
      expect: { line: 1, fixed: "docker run -v /global/p/u/app:/srv:ro img:1\n" },
    },
    {
      shows: "of a public service",
      policy: EXAMPLE,
      compose:
        "services:\n  web:\n    image: a:1\n    volumes: ['/global/p/u/app:/srv']\n    x-berth:\n      routes: [{host: a.site.example, port: 8080}]\n",
      expect: { case: "open" },
    },
  ],
});

function writable({ launch, tables }: LaunchSubject): readonly Hit[] {
  const open = launch.stack?.open === true;
  return launch.mounts.flatMap((mount) => {
    if (mount.readOnly || !sharedSystem(mount, tables)) return [];
    const { range, source } = mount;
    return [
      { case: open ? "open" : undefined, fields: { path: source }, range, fix: readOnlyFix(launch.source.text, mount) },
    ];
  });
}

function readOnlyFix(text: string, { range, source, target }: LaunchMount): Fix | undefined {
  const written = text.slice(range.start, range.end);
  const bare = written.replace(/^(["'])(.*)\1$/, "$2");
  if (bare !== `${source}:${target}`) return undefined;
  const at = range.end - (bare === written ? 0 : 1);
  return { title: "add :ro", safe: false, edits: [{ range: { start: at, end: at }, text: ":ro" }] };
}

export const DEEP_MOUNTS = practice({
  id: "MNT005",
  title: "A mount begins as deep as possible",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{path} is only {depth} deep below {root}, where {least} is asked for",
  hint: "mount the folder that the program needs",
  why: "The less a container sees, the less a mistake can reach.",
  source: "Spin: Storage",
  peers: [],
  counterparts: ["VOL-02"],
  checks: { launch: ({ launch, tables }) => launch.mounts.flatMap((mount) => shallow(mount, tables)) },
  passes: [{ shows: "deep", policy: EXAMPLE, compose: "volumes: ['/global/project/user/app:/srv:ro']\n" }],
  fails: [
    {
      shows: "shallow",
      policy: EXAMPLE,
      compose: "volumes: ['/global/project:/srv:ro']\n",
      expect: { line: 4, says: "only 1 deep below /global, where 3 is" },
    },
    {
      shows: "one folder short, however it is written",
      policy: EXAMPLE,
      run: "docker run -v /global//project/user/:/srv:ro img:1\n",
      expect: { says: "only 2 deep" },
    },
    { shows: "in a job", policy: EXAMPLE, run: "shifter --image=x:1 --volume=/global/u:/u y\n" },
  ],
});

function shallow(mount: LaunchMount, tables: PracticeConfig): readonly Hit[] {
  const system = sharedSystem(mount, tables);
  const depth = system && depthBelow(plainPath(mount.source ?? ""), plainPath(system.path));
  if (!system || depth === undefined || depth >= system.minDepth) return [];
  const fields = { path: mount.source, depth, root: system.path, least: system.minDepth };
  return [{ fields, range: mount.range }];
}

export const OPEN_PARENTS = practice({
  id: "MNT008",
  title: "The engine can pass through the folders above a mount",
  severity: "error",
  class: "recommended",
  certainty: "certain",
  message: "{closed} (mode {mode}) keeps the engine from {path}",
  hint: "chmod o+x {closed}",
  why: "The engine has no right of its own on the file system: it needs to pass, not to read.",
  source: "Spin: Storage",
  peers: [],
  counterparts: ["VOL-04"],
  checks: { launch: (subject) => closedParents(subject) },
  passes: [
    {
      shows: "0741",
      policy: EXAMPLE,
      compose: "volumes: ['/global/p/u/app:/srv:ro']\n",
      facts: { paths: new Map([["/global/p/u/app", {}]]) },
    },
  ],
  fails: [
    {
      shows: "0740",
      policy: EXAMPLE,
      compose: "volumes: ['/global/p/u/app:/srv:ro']\n",
      facts: { paths: new Map([["/global/p/u/app", { closedAt: { path: "/global/p", mode: 0o740 } }]]) },
      expect: { says: "/global/p (mode 740)" },
    },
    {
      shows: "nobody looked",
      policy: EXAMPLE,
      compose: "volumes: ['/global/p/u/app:/srv:ro']\n",
      expect: { certainty: "unknown" },
    },
  ],
});

function closedParents({ launch, tables, facts }: LaunchSubject): readonly Hit[] {
  return launch.mounts.flatMap((mount) => {
    const { source = "", range } = mount;
    if (!sharedSystem(mount, tables)) return [];
    const known = facts.paths?.get(source);
    if (known === undefined) return [{ ...unknown(`the modes of the folders above ${source}`), range }];
    const closed = known?.closedAt;
    return closed ? [{ fields: { closed: closed.path, mode: closed.mode.toString(8), path: source }, range }] : [];
  });
}
