// Whose instances a command is about: the caller's, or for root those of a user that is named.

import { userNamed } from "../../platform/user.ts";
import { fail } from "../../run/instances/errors.ts";
import { instanceFolder } from "../../run/instances/folder.ts";
import type { InstanceFolder } from "../../run/instances/known.ts";
import type { Context } from "../context.ts";

/** The folder of instances. @throws E_INSTANCE_USER, E_INSTANCE_NO_USER */
export function folderOf(name: string | undefined, { env, user }: Context): InstanceFolder {
  if (name === undefined || name === user.name) return { path: instanceFolder(env, user) };
  if (user.uid !== 0) throw fail("E_INSTANCE_USER", { user: name });
  const owner = userNamed(name);
  if (!owner) throw fail("E_INSTANCE_NO_USER", { user: name });
  // Root's variables say where root's files are.
  return { path: instanceFolder({}, owner), owner: owner.uid };
}
