// Lists of people on the command line: names or ids with commas between. Shifter drops names that it does not know, and
// with the last of them the list; here they are refused, as a list that is not there opens an image.

import { systemNames } from "../../gateway/auth/name-service.ts";
import { fail } from "./errors.ts";

/** The ids of a list. @throws E_SHIFTERIMG_NOBODY, E_AUTH_NO_NAME */
export async function idsOf(kind: "user" | "group", text: string): Promise<readonly number[]> {
  const names = systemNames();
  const ids: number[] = [];
  for (const name of text.split(",").map((word) => word.trim())) {
    if (name === "") continue;
    const found = kind === "user" ? (await names.accountNamed(name))?.uid : await names.groupNumber(name);
    const id = /^\d{1,10}$/.test(name) ? Number(name) : found;
    if (id === undefined || id <= 0) throw fail("E_SHIFTERIMG_NOBODY", { kind, name });
    ids.push(id);
  }
  return [...new Set(ids)];
}

/** The lists of a pull or an import as the gateway takes them. */
export async function wireLists(values: {
  readonly user?: string | undefined;
  readonly group?: string | undefined;
}): Promise<Readonly<Record<string, string>>> {
  const { user, group } = values;
  return {
    ...(user === undefined ? {} : { allowed_uids: (await idsOf("user", user)).join(",") }),
    ...(group === undefined ? {} : { allowed_gids: (await idsOf("group", group)).join(",") }),
  };
}
