// The credential of tests, `good:user:group[:token[:uid:gid]]`: anybody can claim to be anybody. Read only when the
// configuration says so.

import type { RegistryCredential } from "../types.ts";
import { fail } from "./errors.ts";
import type { Account } from "./name-service.ts";
import { readLogin } from "./registry-logins.ts";

/** Who a mock credential claims to be; without numbers the name service is to say them. */
export interface MockClaim {
  readonly user: string;
  readonly group: string;
  readonly registries: ReadonlyMap<string, RegistryCredential>;
  readonly numbers: Omit<Account, "name"> | undefined;
}

/** @throws E_AUTH_FORM */
export function readMock(header: string): MockClaim {
  const fields = header.split(":");
  const [status, user = "", group = "", token = "", uid = "", gid = ""] = fields;
  if (![3, 4, 6].includes(fields.length)) throw refused(`it has ${fields.length} fields`);
  if (status !== "good") throw refused("its status is not good");
  if (user === "" || group === "") throw refused("it names nobody");
  return { user, group, registries: readToken(token), numbers: fields.length === 6 ? readIds(uid, gid) : undefined };
}

function readIds(uid: string, gid: string): Omit<Account, "name"> {
  if (!/^\d{1,10}$/.test(uid) || !/^\d{1,10}$/.test(gid)) throw refused("its user and group must be numbers");
  return { uid: Number(uid), gid: Number(gid) };
}

// Fields are parted by colons, so a login in there writes its own as `%3A`.
function readToken(token: string): ReadonlyMap<string, RegistryCredential> {
  const login = readLogin(token.replaceAll(/%3a/gi, ":").replaceAll("%25", "%"));
  return login ? new Map([["default", login]]) : new Map();
}

function refused(why: string): Error {
  return fail("E_AUTH_FORM", { header: "authentication", why });
}
