// Who launches: name and groups as the container will have them (spec/shifter.md 5.3, 7.4). Root is nobody's container user.

import type { NodeConfig } from "../site/node-config.ts";
import { accountLine } from "./accounts.ts";
import { fail } from "./errors.ts";
import { groupsOf } from "./name-service.ts";
import type { Person } from "./types.ts";

type Accounts = Pick<NodeConfig, "accounts" | "systemAccounts">;

const MAX_GROUPS = 512;

/** Numbers of a process. */
export interface Ids {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** The person with the ids of a process. @throws E_SHIFTER_ROOT, E_GROUPS, E_ACCOUNTS */
export function callingPerson(config: Accounts, ids: Ids): Person {
  const { uid, gid, groups } = ids;
  if (uid === 0 || gid === 0)
    throw fail("E_SHIFTER_ROOT", {
      why: `you are ${uid === 0 ? "root" : "in the group root"}`,
      advice: "containers of batch jobs belong to ordinary users: call it as one",
    });
  const name = accountLine(config, uid)?.split(":", 1)[0];
  if (!name) throw unknownUser(config, uid);
  return { name, uid, gid, gids: personalGroups(gid, groups) };
}

/** The person whose container root sets up, by number. @throws E_GROUPS, E_SHIFTER_ROOT, E_ACCOUNTS */
export function personByUid(config: Accounts, uid: number, asked: { gid?: number; name?: string } = {}): Person {
  const refused = (why: string) => fail("E_GROUPS", { why, advice: "name the job's user: --uid, --gid, --user" });
  if (uid === 0) throw refused("the user is root");
  const line = accountLine(config, uid)?.split(":");
  const name = asked.name ?? line?.[0];
  if (!name) throw unknownUser(config, uid);
  const gid = asked.gid ?? Number(line?.[3] ?? 0);
  if (!Number.isInteger(gid) || gid === 0) throw refused("the user's group is root's");
  return { name, uid, gid, gids: personalGroups(gid, groupsOf(name) ?? []) };
}

/** The groups with the primary one, which also stands for root's; each once. @throws E_GROUPS */
export function personalGroups(gid: number, groups: readonly number[]): readonly number[] {
  if (groups.length > MAX_GROUPS)
    throw fail("E_GROUPS", {
      why: `${groups.length} groups are more than ${MAX_GROUPS}`,
      advice: "leave some of them: newgrp, or the site's directory service",
    });
  return [...new Set([gid, ...groups.map((group) => (group === 0 ? gid : group))])];
}

function unknownUser({ accounts, systemAccounts }: Accounts, uid: number): Error {
  const place = accounts.kind === "files" && !systemAccounts ? `${accounts.path}/passwd` : "this node's name service";
  return fail("E_SHIFTER_ROOT", {
    why: `${place} does not know the uid ${uid}`,
    advice: "the site has to add you there (etcPath, populateEtcDynamically or allowLibcPwdCalls in udiRoot.conf)",
  });
}
