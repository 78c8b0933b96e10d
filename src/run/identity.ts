// Who the payload is: the user namespace, its map, the ids inside, and where home is (spec/apptainer.md 1.3, "fakeroot",
// "$HOME"). Pure.

import { defineErrors } from "../base/errors.ts";
import type { HostFacts } from "./host.ts";
import type { ImageFacts } from "./image-facts.ts";
import type { IdMap, UserNamespace } from "./launch-plan.ts";
import { info, type Note } from "./notes.ts";
import { findUser, type Person } from "./passwd.ts";
import type { LaunchRequest } from "./request.ts";
import type { SubordinateIds } from "./subordinate-ids.ts";

const fail = defineErrors({
  E_IMAGE_USER: {
    text: 'the image wants to run as "{user}", which its /etc/passwd and /etc/group do not have',
    hint: "run without --docker to be yourself, or mend the USER of the image",
  },
});

export interface Identity {
  readonly userns: UserNamespace;
  readonly caps: "none" | "namespace";
  readonly setid: { readonly uid: number; readonly gid: number } | undefined;
  /** The caller's line of /etc/passwd in the container. */
  readonly person: Person;
  /** The image's root must be this namespace's root: it has to be mounted inside. */
  readonly manyOwners: boolean;
  readonly notes: readonly Note[];
}

/** Decides on the identity. `ids` are the caller's subordinate ids, or why there are none. @throws E_IMAGE_USER */
export function decideIdentity(
  request: LaunchRequest,
  host: HostFacts,
  image: ImageFacts,
  ids: SubordinateIds,
): Identity {
  if (request.docker) return dockerIdentity(host, image, ids);
  if (request.fakeroot) return rootIdentity(host, image, ids, "--fakeroot");
  const real = host.user.uid === 0 && !request.userns;
  return {
    userns: { kind: real ? "none" : "self" },
    caps: "none",
    setid: undefined,
    person: callerPerson(host),
    manyOwners: false,
    notes: [],
  };
}

function callerPerson({ user, gecos }: HostFacts): Person {
  const home = user.uid === 0 ? "/root" : user.home;
  return { name: user.name, uid: user.uid, gid: user.gid, gecos, home, shell: user.shell };
}

function rootIdentity(host: HostFacts, image: ImageFacts, ids: SubordinateIds, why: string): Identity {
  const person = rootPerson(image);
  const base = { caps: "namespace", setid: undefined, person } as const;
  if ("missing" in ids) {
    const text = `${why}: ${ids.missing}; using a namespace in which only root exists (chown to other users will fail)`;
    return { ...base, userns: { kind: "root" }, manyOwners: true, notes: [info(text)] };
  }
  return { ...base, userns: { kind: "ranges", maps: rangeMaps(host, ids) }, manyOwners: true, notes: [] };
}

function rootPerson(image: ImageFacts): Person {
  const known = findUser(image.passwd, 0);
  return { name: "root", uid: 0, gid: 0, gecos: "root", home: "/root", shell: known?.shell ?? "/bin/sh" };
}

function rangeMaps(host: HostFacts, ids: Exclude<SubordinateIds, { missing: string }>): IdMap[] {
  return [
    { kind: "u", inside: 0, outside: host.user.uid, count: 1 },
    { kind: "u", inside: 1, outside: ids.uid.start, count: ids.uid.count },
    { kind: "g", inside: 0, outside: host.user.gid, count: 1 },
    { kind: "g", inside: 1, outside: ids.gid.start, count: ids.gid.count },
  ];
}

// Docker's root is the root of a namespace here. Its USER needs an id of its own: only ranges have one.
function dockerIdentity(host: HostFacts, image: ImageFacts, ids: SubordinateIds): Identity {
  const wanted = image.config?.User ?? "";
  const asRoot = rootIdentity(host, image, ids, "--docker");
  const user = resolveUser(wanted, image);
  if (user.uid === 0) return asRoot;
  const person = { ...user, shell: user.shell || "/bin/sh" };
  if (asRoot.userns.kind === "ranges") {
    return { ...asRoot, caps: "none", setid: { uid: user.uid, gid: user.gid }, person };
  }
  const { uid, gid } = user;
  // Real root may become anyone without a namespace, as Docker's own root does.
  if (host.user.uid === 0) {
    return { userns: { kind: "none" }, caps: "none", setid: { uid, gid }, person, manyOwners: true, notes: [] };
  }
  const text = `the image's USER ${wanted} needs subordinate ids, which this account lacks; running as ${host.user.name} instead`;
  return {
    userns: { kind: "self" },
    caps: "none",
    setid: undefined,
    person: { ...callerPerson(host), home: person.home },
    manyOwners: false,
    notes: [info(text)],
  };
}

/** Docker's USER: name or uid, then optionally a colon and a group's name or gid. @throws E_IMAGE_USER */
export function resolveUser(wanted: string, image: Pick<ImageFacts, "passwd" | "group">): Person {
  const [who = "", groupName] = wanted.split(":");
  const number = /^\d+$/.test(who) ? Number(who) : undefined;
  const known = findUser(image.passwd, number ?? (who === "" ? 0 : who));
  if (!known && number === undefined && who !== "" && who !== "root") throw fail("E_IMAGE_USER", { user: wanted });
  const uid = known?.uid ?? number ?? 0;
  const found = known ?? {
    name: String(uid),
    uid,
    gid: 0,
    gecos: "",
    home: uid === 0 ? "/root" : "/",
    shell: "/bin/sh",
  };
  const gid = !groupName ? found.gid : /^\d+$/.test(groupName) ? Number(groupName) : groupId(image.group, groupName);
  // The group of root's line does not matter: here it is the group 0.
  const odd = !isId(gid) && (uid !== 0 || Boolean(groupName));
  if (!isId(uid) || odd) throw fail("E_IMAGE_USER", { user: wanted });
  return { ...found, gid };
}

// The files are the image's: anything may stand where a number should. The last one means "none" to the kernel.
function isId(id: number): boolean {
  return Number.isInteger(id) && id >= 0 && id < 2 ** 32 - 1;
}

function groupId(groupText: string, name: string): number {
  const line = groupText.split("\n").find((entry) => entry.startsWith(`${name}:`));
  return Number(line?.split(":")[2]);
}
