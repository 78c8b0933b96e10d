// /etc/passwd and /etc/group of the container: the image's, and lines for the caller (spec/apptainer.md 1.3). Pure.

/** The caller as the password database has it. */
export interface Person {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly gecos: string;
  /** Home directory in the container. */
  readonly home: string;
  readonly shell: string;
}

/** A group of the caller; its name may be unknown to the host. */
export interface Group {
  readonly gid: number;
  readonly name: string;
}

/** The image's file with the caller's line at its end, and no other of that uid. */
export function passwdFile(image: string, person: Person): string {
  const { name, uid, gid, gecos, home, shell } = person;
  const line = [field(name), "x", uid, gid, field(gecos), field(home), field(shell)].join(":");
  // A line of the image for the same uid would give the payload the image's home: berth's must be found first by uid.
  const others = lines(image).filter((other) => other.split(":")[2] !== String(uid));
  return join([...others, line]);
}

/** The image's file with a line for each group of the caller that it lacks. */
export function groupFile(image: string, groups: readonly Group[], user: string): string {
  const known = lines(image);
  const ids = new Set(known.map((line) => line.split(":")[2]));
  const missing = groups.filter((group, index) => {
    return !ids.has(String(group.gid)) && groups.findIndex((other) => other.gid === group.gid) === index;
  });
  return join([...known, ...missing.map((group) => `${field(group.name)}:x:${group.gid}:${field(user)}`)]);
}

/** The groups of the given ids by the text of a group file; an unknown id is named by its number. */
export function namedGroups(gids: readonly number[], groupText: string): { groups: Group[]; unknown: number[] } {
  const names = new Map<number, string>();
  for (const line of lines(groupText)) {
    const [name, , gid] = line.split(":");
    if (name && gid !== undefined && !names.has(Number(gid))) names.set(Number(gid), name);
  }
  const groups = gids.map((gid) => ({ gid, name: names.get(gid) ?? `group${gid}` }));
  return { groups, unknown: gids.filter((gid) => !names.has(gid)) };
}

/** The line of a user in a password file, by uid or by name. */
export function findUser(passwdText: string, who: string | number): Person | undefined {
  for (const line of lines(passwdText)) {
    const [name = "", , uid, gid, gecos = "", home = "/", shell = "/bin/sh"] = line.split(":");
    if (name === who || (typeof who === "number" && uid === String(who))) {
      return { name, uid: Number(uid), gid: Number(gid), gecos, home, shell };
    }
  }
  return undefined;
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

function join(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join("");
}

// A colon or a newline in a field would be read as another field or another user.
function field(text: string): string {
  return text.replace(/[:\n\0]/g, "_");
}
