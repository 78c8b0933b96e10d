// The small files that every container gets: passwd, group, resolv.conf, hosts, hostname, localtime
// (spec/apptainer.md 1.3, "files"). Pure.

import type { HostFacts } from "./host.ts";
import type { Identity } from "./identity.ts";
import type { ImageFacts } from "./image-facts.ts";
import type { MountRecord } from "./launch-plan.ts";
import { findUser, groupFile, type Person, passwdFile } from "./passwd.ts";
import type { LaunchRequest } from "./request.ts";

/** Files bound from the host before anything else. */
export function hostFileMounts(request: LaunchRequest): MountRecord[] {
  if (request.noMount.includes("bind-paths")) return [];
  return ["/etc/localtime", "/etc/hosts"].filter((path) => !request.noMount.includes(path)).map(fromHost);
}

/** The files that name the caller and the network. */
export function accountFileMounts(
  request: LaunchRequest,
  host: HostFacts,
  image: ImageFacts,
  identity: Identity,
  home: string,
): MountRecord[] {
  const records: MountRecord[] = [resolverFile(request)];
  if (!skipsAccounts(request, identity)) {
    const person = { ...identity.person, home };
    records.push(generated("/etc/passwd", passwdWith(image.passwd, person)));
    records.push(generated("/etc/group", groupFile(image.group, insideGroups(host, identity), person.name)));
  }
  if (request.hostname !== undefined) records.push(generated("/etc/hostname", `${request.hostname}\n`));
  return records.filter((record) => !request.noMount.includes(record.target));
}

// Root with a writable image edits these files for good, so it must meet the image's own.
function skipsAccounts(request: LaunchRequest, identity: Identity): boolean {
  return request.docker || (identity.person.uid === 0 && (request.writable || request.writableTmpfs));
}

// The image's root stays as the image has it, unless home was moved.
function passwdWith(image: string, person: Person): string {
  const known = findUser(image, person.uid);
  return person.uid === 0 && known?.home === person.home ? image : passwdFile(image, person);
}

function insideGroups(host: HostFacts, identity: Identity): HostFacts["groups"] {
  return identity.person.uid === host.user.uid
    ? host.groups
    : [{ gid: identity.person.gid, name: identity.person.name }];
}

function resolverFile(request: LaunchRequest): MountRecord {
  if (request.dns.length === 0) return fromHost("/etc/resolv.conf");
  return generated("/etc/resolv.conf", request.dns.map((server) => `nameserver ${server}\n`).join(""));
}

function generated(target: string, content: string): MountRecord {
  return { op: "file", target, mode: 0o644, content };
}

function fromHost(path: string): MountRecord {
  return { op: "bind", source: path, target: path, flags: ["ro", "try"] };
}
