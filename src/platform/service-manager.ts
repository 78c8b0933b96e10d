// The systemd that a user may ask for things: a person's own, or for root the machine's.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Environment, User } from "./user.ts";

/** The variables by which it is reached; undefined where there is none. */
export function serviceManager(
  env: Environment,
  user: Pick<User, "uid">,
): Readonly<Record<string, string>> | undefined {
  if (user.uid === 0) return existsSync("/run/systemd/system") ? {} : undefined;
  const dir = env["XDG_RUNTIME_DIR"] || `/run/user/${user.uid}`;
  if (!existsSync(join(dir, "systemd", "private"))) return undefined;
  const address = env["DBUS_SESSION_BUS_ADDRESS"];
  return { XDG_RUNTIME_DIR: dir, ...(address ? { DBUS_SESSION_BUS_ADDRESS: address } : {}) };
}
