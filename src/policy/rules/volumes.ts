// Volumes of stacks, which keep them apart. No rules of the seed; without them others could be got around: STO-01, STO-02.

import { foreignHit } from "../foreign-part.ts";
import { fitsAny } from "../glob.ts";
import { rule } from "../rule.ts";
import { foreignMount, isLocal } from "../volume-options.ts";

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
  check: (subject) => {
    const { external } = subject.volume;
    if (external === undefined || fitsAny(subject.policy.allowed.sharedVolumes, external)) return undefined;
    return foreignHit(subject, "volume", external, subject.facts.volumes);
  },
  passes: [
    { shows: "its own", stack: { volumes: [storage({})] } },
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
      shows: "not there",
      stack: { volumes: [storage({ external: "x" })] },
      facts: { volumes: new Map([["x", null]]) },
      expect: { says: "there is none" },
    },
  ],
});

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
    { shows: "another driver", stack: { volumes: [storage({ driver: "sshfs" })] } },
  ],
});

function storage(change: object) {
  return { name: "data", options: {}, labels: {}, ...change };
}

function parts(name: string, stack: string, owner: string) {
  return new Map([[name, { stack, owner }]]);
}
