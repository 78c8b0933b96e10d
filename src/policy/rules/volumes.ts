// Volumes of stacks, which keep them apart. No rules of the seed; without them others could be got around: STO-01, STO-02.

import { foreignHit } from "../foreign-part.ts";
import { fitsAny } from "../glob.ts";
import { type Hit, rule, unknown } from "../rule.ts";
import type { VolumeSubject } from "../subjects.ts";
import { foreignMount, isLocal, oddFlag } from "../volume-options.ts";

const ROVER = { owner: "fred", group: "csg" };

export const STORAGE_OWN = rule({
  id: "STO-01",
  title: "A stack uses its own volumes, or those that the site shares",
  on: "volume",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "The volume {volume} is not this stack's: {whose}",
  hint: "leave external: out, or ask staff to share the volume",
  why: "Volumes hold data of whoever made them.",
  source: "ours",
  unknown: "error",
  cases: {
    left: {
      message: "The volume {volume} is there already, with data of {whose}, who had a stack of this name",
      hint: "name the volume otherwise, or ask staff to remove it",
    },
  },
  check: (subject) => {
    const { external } = subject.volume;
    if (external === undefined) return leftHit(subject);
    if (fitsAny(subject.policy.allowed.sharedVolumes, external)) return undefined;
    return foreignHit(subject, "volume", external, subject.facts.volumes);
  },
  passes: [
    { shows: "its own", stack: { volumes: [storage({})] } },
    {
      shows: "its own since it was somebody else's stack",
      stack: { volumes: [storage({})] },
      facts: {
        ownVolumes: parts("data", "rover", "elvis"),
        stacks: new Map([["rover", { tags: ROVER, services: ["web"], volumes: ["data"] }]]),
      },
    },
    {
      shows: "left behind by the owner's own stack of the same name",
      stack: { name: "new", volumes: [storage({})] },
      facts: { ownVolumes: parts("data", "new", "fred") },
    },
    {
      shows: "another stack of the same owner",
      stack: { volumes: [storage({ external: "mars_db" })] },
      facts: { volumes: parts("mars_db", "mars", "fred") },
    },
  ],
  fails: [
    {
      shows: "another's",
      stack: { volumes: [storage({ external: "mars_db" })] },
      facts: { volumes: parts("mars_db", "mars", "elvis") },
    },
    {
      shows: "nobody's",
      stack: { volumes: [storage({ external: "x" })] },
      facts: { volumes: new Map([["x", { stack: undefined }]]) },
    },
    {
      shows: "not looked up",
      stack: { volumes: [storage({ external: "x" })] },
      expect: { certainty: "unknown", severity: "error" },
    },
    {
      shows: "left behind by another's stack of the same name",
      stack: { name: "new", volumes: [storage({})] },
      facts: { ownVolumes: parts("data", "new", "elvis") },
      expect: { case: "left", says: "data of elvis" },
    },
    {
      shows: "left behind, and taken by a second recipe of the same name",
      stack: { volumes: [storage({})] },
      facts: { ownVolumes: parts("data", "rover", "elvis") },
      expect: { case: "left" },
    },
    {
      shows: "its own, not looked up",
      stack: { volumes: [storage({})] },
      facts: { ownVolumes: undefined },
      expect: { certainty: "unknown", severity: "error" },
    },
    {
      shows: "not there",
      stack: { volumes: [storage({ external: "x" })] },
      facts: { volumes: new Map([["x", null]]) },
      expect: { says: "there is none" },
    },
  ],
});

// What the stack has had until now is its own, whoever owned it then. Anything else of its name is an earlier stack's.
function leftHit({ volume: { name }, owner, facts, stack = "" }: VolumeSubject): Hit | undefined {
  if (facts.ownVolumes === undefined) return unknown(`nobody looked whether the engine has a volume ${name} already`);
  const there = facts.ownVolumes.get(name);
  if (there === undefined || facts.stacks?.get(stack)?.volumes?.includes(name)) return undefined;
  return there.owner !== undefined && there.owner === owner
    ? undefined
    : { case: "left", fields: { volume: name, whose: there.owner ?? "somebody" } };
}

export const STORAGE_PLAIN = rule({
  id: "STO-02",
  title: "Volumes mount no file system by their options",
  on: "volume",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "The volume {volume} may not have {option}",
  hint: "name a storage class of the site in its place",
  why: "A volume's options are the kernel's mount by another name: they reach disks and servers that no rule has seen.",
  source: "ours",
  check: ({ volume: one, policy: { allowed } }) => {
    const fields = (option: string) => ({ volume: one.name, option });
    if (!isLocal(one) && !fitsAny(allowed.volumeDrivers, one.driver ?? ""))
      return { at: "/driver", fields: fields(`the driver ${one.driver}`) };
    const odd = oddFlag(one);
    if (odd !== undefined) return { at: "/options", fields: fields(`the flag ${odd}`) };
    const type = foreignMount(one);
    return type === undefined ? undefined : { at: "/options", fields: fields(`a file system of the type ${type}`) };
  },
  passes: [
    { shows: "none", stack: { volumes: [storage({})] } },
    { shows: "tmpfs", stack: { volumes: [storage({ options: { type: "tmpfs", device: "tmpfs" } })] } },
    {
      shows: "a folder (VOL-01 looks at it)",
      stack: { volumes: [storage({ options: { type: "none", o: "bind", device: "/global/project/a/b/c" } })] },
    },
  ],
  fails: [
    {
      shows: "a disk",
      stack: { volumes: [storage({ options: { type: "ext4", device: "/dev/sda1" } })] },
      expect: { says: "of the type ext4" },
    },
    {
      shows: "overlay over /",
      stack: { volumes: [storage({ options: { type: "overlay", device: "overlay", o: "lowerdir=/" } })] },
    },
    {
      shows: "a server",
      stack: { volumes: [storage({ options: { type: "nfs", o: "addr=10.0.0.1,rw", device: ":/home" } })] },
    },
    {
      shows: "a bind that spreads",
      stack: { volumes: [storage({ options: { type: "none", o: "bind,rshared", device: "/global/project/a/b/c" } })] },
      expect: { says: "the flag rshared" },
    },
    {
      shows: "options for the site's own storage class",
      stack: { volumes: [storage({ options: { o: "addr=10.0.0.1" } })] },
    },
    { shows: "another driver", stack: { volumes: [storage({ driver: "sshfs" })] } },
  ],
});

function storage(change: object) {
  return { name: "data", options: {}, labels: {}, ...change };
}

function parts(name: string, stack: string, owner: string) {
  return new Map([[name, { stack, owner }]]);
}
