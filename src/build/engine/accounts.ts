// Users and groups of a state by name or number, as its own /etc/passwd and /etc/group have them. Pure.

/** Who a program runs as, or a file belongs to. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  /** Further groups that the state's /etc/group gives the user. */
  readonly groups: readonly number[];
  /** Home folder by the passwd line; the root folder for who has none. */
  readonly home: string;
}

/** What was not found. */
export interface UnknownAccount {
  readonly unknown: string;
  readonly file: "/etc/passwd" | "/etc/group";
}

const MAX_ID = 0xffff_fffe;

/**
 * Reads `user[:group]`. A number needs no line; without a group it is the user's own by the passwd line, else 0
 * (image-spec config.md, "User").
 */
export function findAccount(text: string, passwd: string, group: string): Account | UnknownAccount {
  const colon = text.indexOf(":");
  const who = colon < 0 ? text : text.slice(0, colon);
  const wanted = colon < 0 ? "" : text.slice(colon + 1);
  const line = fieldsOf(passwd, who, 2);
  const number = asId(who);
  if (!line && number === undefined && who !== "") return { unknown: who, file: "/etc/passwd" };
  const uid = line ? Number(line[2]) : (number ?? 0);
  const home = line?.[5] || "/";
  if (wanted === "") return { uid, gid: asId(line?.[3] ?? "") ?? 0, groups: groupsOf(group, line?.[0]), home };
  const groupLine = fieldsOf(group, wanted, 2);
  const gid = groupLine ? Number(groupLine[2]) : asId(wanted);
  return gid === undefined ? { unknown: wanted, file: "/etc/group" } : { uid, gid, groups: [], home };
}

function fieldsOf(text: string, name: string, numberAt: number): string[] | undefined {
  for (const line of text.split("\n")) {
    const fields = line.split(":");
    if (fields.length > numberAt && (fields[0] === name || fields[numberAt] === name) && name !== "") {
      if (asId(fields[numberAt] ?? "") !== undefined) return fields;
    }
  }
  return undefined;
}

function groupsOf(text: string, user: string | undefined): number[] {
  if (user === undefined) return [];
  return text
    .split("\n")
    .map((line) => line.split(":"))
    .filter((fields) => fields[3]?.split(",").includes(user))
    .flatMap((fields) => asId(fields[2] ?? "") ?? []);
}

function asId(text: string): number | undefined {
  const id = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return id <= MAX_ID ? id : undefined;
}
