// The group file of a container: the site's groups, and the user's memberships among them, but nobody else's
// (spec/shifter.md 7.3). Pure.

/**
 * Every line with a usable group id other than 0, in the form `name:x:gid:`, with the user's name where he is a member (or
 * the group is named like him), as long as fewer than `max` memberships were written.
 */
export function filterGroups(text: string, user: string, max: number): string {
  let written = 0;
  const lines = text.split("\n").flatMap((line) => {
    const group = parseGroupLine(line);
    if (group === undefined || group.gid === 0) return [];
    const member = (group.members.includes(user) || group.name === user) && written < max;
    if (member) written += 1;
    return [`${group.name}:x:${group.gid}:${member ? user : ""}\n`];
  });
  return lines.join("");
}

/** A line of a group file. An empty password field, which Shifter stumbled over, is a field like any other. */
function parseGroupLine(line: string): { name: string; gid: number; members: string[] } | undefined {
  const [name, password, gid, members = ""] = line.split(":");
  if (!name || name.startsWith("#") || password === undefined || !/^\d{1,10}$/.test(gid ?? "")) return undefined;
  const number = Number(gid);
  if (number > 0xfffffffe) return undefined;
  return { name: name.trim(), gid: number, members: members.split(",").map((member) => member.trim()) };
}
