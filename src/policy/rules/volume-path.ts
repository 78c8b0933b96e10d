// Which folders of the host may be mounted: VOL-01 to VOL-04.

import { APP_FOLDER, bind, path } from "../example-parts.ts";
import { depthBelow, isWithin, plainPath } from "../host-path.ts";
import { listed } from "../message.ts";
import { type Hit, rule, unknown } from "../rule.ts";
import type { MountSubject } from "../subjects.ts";

const BIND = { kind: "bind", source: APP_FOLDER, target: "/srv", readOnly: true, create: false } as const;
const SOURCE = "Spin: Global File System / GPFS";

export const VOLUME_ALLOWED = rule({
  id: "VOL-01",
  title: "Only the site's shared file systems are mounted",
  on: "mount",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{path} cannot be mounted into {service}",
  hint: "{roots}",
  why: "Folders of the node belong to the node; a container that reads or writes them gets around everything else.",
  source: SOURCE,
  cases: {
    name: { message: "{path} is no name of a volume", hint: "use letters, digits, dots, dashes and underscores" },
    relative: { message: "{path} is no absolute path", hint: "write the whole path, without .. in it" },
    dots: {
      message: "{path} has .. in it, which leads elsewhere when a folder before it is a link",
      hint: "write {plain}, if that is meant",
    },
    link: { message: "{path} cannot be mounted into {service}: it leads to {real}", hint: "{roots}" },
    propagation: {
      message: "Mounts under {path} would spread to the node (propagation {propagation})",
      hint: "remove propagation:",
    },
    readonly: { message: "{path} may only be mounted read-only", hint: "add :ro" },
  },
  unknown: "error",
  check: (subject) => pathHit(subject) ?? optionHit(subject),
  passes: [
    { shows: APP_FOLDER, service: { mounts: [bind(APP_FOLDER)] } },
    {
      shows: "a volume",
      service: { mounts: [{ kind: "volume", volume: "data", target: "/data", readOnly: false, noCopy: false }] },
    },
    {
      shows: "a link within the file system",
      service: { mounts: [bind(APP_FOLDER)] },
      facts: path(APP_FOLDER, { real: "/global/project/other/x/y" }),
    },
  ],
  fails: [
    ...[
      "/etc",
      "/var/run",
      "/",
      "/home/fred",
      "/proc",
      "/global",
      "/global/projects",
      "/global/project2/x/y/z",
      "/dev/shm",
      "/root/.ssh",
    ].map((source) => ({
      shows: source,
      service: { mounts: [bind(source)] },
      facts: path(source),
      expect: { says: source },
    })),
    {
      shows: "/global/project/../../etc",
      service: { mounts: [bind("/global/project/../../etc")] },
      expect: { case: "dots" },
    },
    {
      shows: "/global/project/x/../y/z/a",
      service: { mounts: [bind("/global/project/x/../y/z/a")] },
      expect: { case: "dots" },
    },
    {
      shows: "a volume by the name /etc",
      service: { mounts: [{ kind: "volume", volume: "/etc", target: "/d", readOnly: false, noCopy: false }] },
      expect: { case: "name" },
    },
    {
      shows: "subpath: ../other of a volume",
      service: {
        mounts: [{ kind: "volume", volume: "data", target: "/d", readOnly: false, noCopy: false, subpath: "../other" }],
      },
      expect: { case: "dots" },
    },
    { shows: "data (relative)", service: { mounts: [bind("data")] }, expect: { case: "relative" } },
    {
      shows: "a link to /etc",
      service: { mounts: [bind(APP_FOLDER)] },
      facts: path(APP_FOLDER, { real: "/etc" }),
      expect: { case: "link", says: "leads to /etc" },
    },
    {
      shows: "links not looked up",
      service: { mounts: [bind(APP_FOLDER)] },
      facts: { paths: new Map() },
      expect: { certainty: "unknown", severity: "error" },
    },
    {
      shows: "propagation: shared",
      service: {
        mounts: [{ ...BIND, propagation: "rshared" }],
      },
      expect: { case: "propagation" },
    },
    {
      shows: "a volume with driver_opts {type: none, o: bind, device: /etc}",
      service: { mounts: [{ kind: "volume", volume: "v", target: "/x", readOnly: false, noCopy: false }] },
      stack: { volumes: [{ name: "v", options: { type: "none", o: "bind", device: "/etc" }, labels: {} }] },
      facts: path("/etc"),
      expect: { says: "/etc cannot be mounted" },
    },
    {
      shows: "the same, spelt otherwise",
      service: { mounts: [{ kind: "volume", volume: "v", target: "/x", readOnly: false, noCopy: false }] },
      stack: {
        volumes: [
          { name: "v", driver: "Local", options: { TYPE: "None", O: "RO,rbind", Device: "//etc/" }, labels: {} },
        ],
      },
      expect: { says: "//etc/" },
    },
    {
      shows: "writing where the site lends for reading",
      service: { mounts: [bind("/sw/modules", false)] },
      facts: path("/sw/modules"),
      policy: {
        mounts: [{ path: "/sw", name: "sw", external: false, rootSquash: false, minDepth: 0, readOnly: true }],
      },
      expect: { case: "readonly" },
    },
  ],
});

function pathHit({ mount, path, written, root, policy, facts }: MountSubject): Hit | undefined {
  // Engines take a name with a slash in it for a folder of the host.
  if (mount.kind === "volume" && !/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(mount.volume))
    return { case: "name", fields: { path: mount.volume } };
  if (mount.kind === "volume" && mount.subpath?.split("/").includes(".."))
    return { case: "dots", fields: { path: mount.subpath, plain: plainPath(mount.subpath) } };
  if (path === undefined || written === undefined) return undefined;
  const fields = { path: written, plain: path, roots: rootsHint(policy.mounts.map((one) => one.path)) };
  if (!written.startsWith("/") || /[\x00-\x1f]/.test(written)) return { case: "relative", fields };
  if (written.split("/").includes("..")) return { case: "dots", fields };
  if (!policy.mounts.some((one) => isWithin(path, one.path))) return { fields };
  const known = facts.paths?.get(written) ?? facts.paths?.get(path);
  if (root === undefined) return { case: "link", fields: { ...fields, real: known?.real } };
  // A folder that is not there is VOL-03's.
  const lookedUp = known !== undefined || facts.paths?.get(written) === null || facts.paths?.get(path) === null;
  return lookedUp ? undefined : unknown(`nobody looked up where ${written} really leads`);
}

function optionHit({ mount, path, written, root }: MountSubject): Hit | undefined {
  if (path === undefined) return undefined;
  const propagation = mount.kind === "bind" ? mount.propagation?.trim().toLowerCase() : undefined;
  if (propagation && !["private", "rprivate"].includes(propagation))
    return { case: "propagation", fields: { path: written, propagation } };
  return root?.readOnly && !(mount.kind !== "tmpfs" && mount.readOnly)
    ? { case: "readonly", fields: { path: written } }
    : undefined;
}

function rootsHint(roots: readonly string[]): string {
  return roots.length === 0
    ? "use a volume: the site lends no folders of its nodes"
    : `use a volume, or a folder below ${listed(roots, "or")}`;
}

export const VOLUME_DEPTH = rule({
  id: "VOL-02",
  title: "A mount begins as deep as possible",
  on: "mount",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "Mount only the directory you need: {path} is {depth} below {root}, and should be {least} or more",
  hint: "name the application's own folder",
  why: "What is not mounted cannot be read by somebody who breaks into the service.",
  source: SOURCE,
  check: ({ path, written, root }) => {
    const depth = path === undefined || root === undefined ? undefined : depthBelow(path, root.path);
    if (depth === undefined || !root || depth >= root.minDepth) return undefined;
    return { fields: { path: written, depth, least: root.minDepth, root: root.path } };
  },
  passes: [
    { shows: "/global/project/projectdirs/x/app", service: { mounts: [bind("/global/project/projectdirs/x/app")] } },
  ],
  fails: [
    { shows: "/global/project", service: { mounts: [bind("/global/project")] } },
    {
      shows: "/global/project/./projectdirs//x/",
      service: { mounts: [bind("/global/project/./projectdirs//x/")] },
      expect: { says: "is 2 below" },
    },
  ],
});

export const VOLUME_EXISTS = rule({
  id: "VOL-03",
  title: "The folder to mount exists",
  on: "mount",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{path} does not exist; external directories are not made for you",
  hint: "make it, with the permissions it needs, before you deploy",
  why: "An engine that made it would make it root's.",
  source: SOURCE,
  unknown: "warning",
  check: ({ path, written, facts, policy }) => {
    if (path === undefined || written === undefined || !policy.mounts.some((one) => isWithin(path, one.path)))
      return undefined;
    const known = facts.paths?.get(written) ?? facts.paths?.get(path);
    if (known !== undefined && known !== null) return undefined;
    const missing = facts.paths?.get(written) === null || facts.paths?.get(path) === null;
    return missing ? { fields: { path: written } } : unknown(`nobody looked whether ${written} exists`);
  },
  passes: [{ shows: "it is there", service: { mounts: [bind(APP_FOLDER)] } }],
  fails: [
    {
      shows: "missing",
      service: { mounts: [bind(APP_FOLDER)] },
      facts: path(APP_FOLDER, null),
      expect: { says: "does not exist" },
    },
    {
      shows: "not looked up",
      service: { mounts: [bind(APP_FOLDER)] },
      facts: { paths: undefined },
      expect: { certainty: "unknown" },
    },
  ],
});

export const VOLUME_PARENTS = rule({
  id: "VOL-04",
  title: "The engine can reach the folder",
  on: "mount",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{parent} has mode {mode}; the engine needs o+x to mount {path}",
  hint: "chmod o+x {parent}",
  why: "On the shared file systems the engine is nobody, and may pass only where everybody may.",
  source: SOURCE,
  unknown: "warning",
  check: ({ path, written, root, facts }) => {
    if (path === undefined || written === undefined || !root?.external || !root.rootSquash) return undefined;
    const known = facts.paths?.get(written) ?? facts.paths?.get(path);
    if (known === undefined) return unknown(`nobody looked at the folders above ${written}`);
    const closed = known?.parents.find(
      ({ path: parent, mode }) => isWithin(plainPath(parent), root.path) && (mode & 1) === 0,
    );
    return closed && { fields: { parent: closed.path, mode: modeOf(closed.mode), path: written } };
  },
  passes: [{ shows: "0741", service: { mounts: [bind(APP_FOLDER)] }, facts: withParent(0o741) }],
  fails: [
    {
      shows: "0740",
      service: { mounts: [bind(APP_FOLDER)] },
      facts: withParent(0o740),
      expect: { says: "/global/project/projectdirs/rover has mode 0740" },
    },
  ],
});

function modeOf(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, "0");
}

function withParent(mode: number) {
  return path(APP_FOLDER, { parents: [{ path: "/global/project/projectdirs/rover", mode }] });
}
