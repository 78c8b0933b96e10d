// Accounts as this machine's name service knows them (files, SSSD, LDAP).

import type { NameService } from "../gateway/auth/name-service.ts";
import type { Directory, Person } from "./types.ts";

/** The name service as a directory. */
export function systemDirectory(names: NameService): Directory {
  const complete = async (account: {
    readonly name: string;
    readonly uid: number;
    readonly gid: number;
  }): Promise<Person> => {
    const gids = await names.groups(account.uid, account.gid);
    const groups = await Promise.all(gids.map((gid) => names.groupName(gid)));
    const { name: user, uid, gid } = account;
    return { user, uid, gid, gids, groups: groups.flatMap((group) => group ?? []) };
  };
  return {
    async person(user) {
      const account = await names.accountNamed(user);
      // A name service may answer to other spellings, but rights go by the name.
      return account?.name === user ? complete(account) : undefined;
    },
    async personNumbered(uid) {
      const account = await names.account(uid);
      return account && complete(account);
    },
    groupNumber: (name) => names.groupNumber(name),
  };
}
