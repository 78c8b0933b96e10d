// As whom shared file systems are used: VOL-08, VOL-09, VOL-10.

import { accountOf, isCollaboration, mayRunAs } from "../account-rights.ts";
import { APP_FOLDER, bind, path, volume } from "../example-parts.ts";
import { type Hit, rule, unknown } from "../rule.ts";
import type { ServiceSubject } from "../subjects.ts";

const SOURCE = "Spin: Permissions, UID and GID Considerations";
const BOUND = { type: "none", o: "bind", device: APP_FOLDER };
const MOUNTS = { mounts: [bind(APP_FOLDER)] };

export const VOLUME_NOT_ROOT = rule({
  id: "VOL-08",
  title: "Shared file systems are used by an account, not by root",
  on: "service",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "root is mapped to nobody on {mount}; run {service} as an account with access",
  hint: "set user: UID:GID; for images that must be root, root:GROUP",
  why: "Permissions of the shared file systems keep their meaning only when everybody is there as himself.",
  source: SOURCE,
  cases: {
    bare: {
      message: "root would be root on {mount}; run {service} as an account with access",
      hint: "set user: UID:GID",
    },
    unknown: { hint: "write the numbers of its user and group: user: UID:GID" },
  },
  unknown: "error",
  check: ({ service, external, runAs }) => {
    const [first] = external;
    if (!first) return undefined;
    const at = service.user === undefined ? undefined : "/user";
    if (runAs.root === undefined) return unknown("the number of the user that it runs as was not looked up", at);
    if (!runAs.root) return undefined;
    const bare = external.find(({ root }) => root && !root.rootSquash);
    if (bare) return { case: "bare", at, fields: { mount: bare.written } };
    const lent = runAs.groupWritten && runAs.gid !== 0;
    return lent ? undefined : { at, fields: { mount: first.written ?? first.storageClassName } };
  },
  passes: [
    { shows: "user: 501:124", service: { ...MOUNTS, user: "501:124" } },
    { shows: "user: root:124", service: { ...MOUNTS, user: "root:124" } },
    { shows: "root without such a mount", service: { user: "root" } },
  ],
  fails: [
    { shows: "user: root", service: { ...MOUNTS, user: "root" } },
    { shows: "user: root:0", service: { ...MOUNTS, user: "root:0" } },
    { shows: "no user", service: { ...MOUNTS, user: undefined }, image: { user: "" } },
    {
      shows: "image not looked up",
      service: { ...MOUNTS, user: undefined },
      image: {},
      expect: { certainty: "unknown", severity: "error" },
    },
    {
      shows: "root:124 where root stays root",
      service: { ...MOUNTS, user: "root:124" },
      policy: {
        mounts: [
          { path: "/global/project", name: "gpfs", external: true, rootSquash: false, minDepth: 3, readOnly: false },
        ],
      },
      expect: { case: "bare" },
    },
  ],
});

export const VOLUME_COLLABORATION = rule({
  id: "VOL-09",
  title: "Shared files are used by a collaboration account",
  on: "service",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{service} stops working when {user} leaves",
  hint: "run it as a collaboration account of your group, which has no person to lose",
  why: "A personal account ends with its person, and with it the access to the files.",
  source: SOURCE,
  check: ({ service, external, runAs, facts, policy }) => {
    if (external.length === 0 || runAs.root !== false) return undefined;
    const at = service.user === undefined ? undefined : "/user";
    if (runAs.uid === undefined) return unknown("the number of its user was not looked up", at);
    const account = accountOf(runAs.uid, facts);
    if (!account) return unknown(`nobody said whose number ${runAs.uid} is`, at);
    return isCollaboration(account.name, policy.collaborationAccounts)
      ? undefined
      : { at, fields: { user: account.name } };
  },
  passes: [{ shows: "c_flintstones", service: { ...MOUNTS, user: "501:124" } }],
  fails: [
    { shows: "personal uid", service: { ...MOUNTS, user: "1000:1000" }, expect: { says: "when fred leaves" } },
    { shows: "a number that nobody knows", service: { ...MOUNTS, user: "4711:124" }, expect: { certainty: "unknown" } },
  ],
});

export const VOLUME_OWN_NUMBERS = rule({
  id: "VOL-10",
  title: "A service that mounts folders runs as its owner or a group of his",
  on: "service",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "You may not run {service} as uid {uid}: it is not {owner}'s, nor a collaboration account's of his",
  hint: "use your own number ({own}) or a collaboration account's",
  why: "File systems know people by number alone: whoever picks the number picks whose files he may change.",
  source: SOURCE,
  cases: {
    gid: {
      message: "You may not run {service} with gid {gid}: {owner} is not in that group",
      hint: "use a group of {owner}'s: {groups}",
    },
    implicit: {
      severity: "warning",
      message: "{service} runs with gid {gid}, since user: names no group",
      hint: "write it: user: {uid}:GID, with one of {groups}",
    },
    member: {
      severity: "warning",
      message: "{actor} would run code of his own as {owner}",
      hint: "let {owner} deploy it, or use a collaboration account of both",
    },
    unknown: { hint: "write the numbers of its user and group: user: UID:GID" },
  },
  unknown: "error",
  check: (subject) => {
    const { service, runAs, owner, mounts } = subject;
    if (!mounts.some(({ path, storageClass }) => path !== undefined || storageClass?.external)) return undefined;
    const at = service.user === undefined ? undefined : "/user";
    if (!owner) return unknown("nobody looked up the owner's number and groups", at);
    if (runAs.fault !== undefined) return undefined;
    if (runAs.uid === undefined) return unknown("the number of the user that it runs as was not looked up", at);
    return [...userHits(subject, runAs.uid), ...groupHits(subject, runAs.uid)].map((hit) => ({ at, ...hit }));
  },
  passes: [
    { shows: "the owner's", service: { ...MOUNTS, user: "1000:1000" } },
    { shows: "a collaboration account of his", service: { ...MOUNTS, user: "501:124" } },
    { shows: "any number without such a mount", service: { user: "33:33" } },
    { shows: "root:GROUP of his", service: { ...MOUNTS, user: "root:124" } },
    { shows: "a further group of his", service: { ...MOUNTS, user: "1000:1000", groups: ["124"] } },
  ],
  fails: [
    { shows: "another user's uid", service: { ...MOUNTS, user: "2000:1000" }, expect: { says: "as uid 2000" } },
    { shows: "a collaboration account of others", service: { ...MOUNTS, user: "502:124" } },
    { shows: "a group of others", service: { ...MOUNTS, user: "1000:126" }, expect: { case: "gid" } },
    {
      shows: "group_add of others",
      service: { ...MOUNTS, user: "1000:1000", groups: ["126"] },
      expect: { case: "gid", pointer: "/services/web/groups/0" },
    },
    { shows: "group_add: root", service: { ...MOUNTS, user: "1000:1000", groups: ["root"] }, expect: { case: "gid" } },
    {
      shows: "no group",
      service: { ...MOUNTS, user: "1000" },
      image: { users: [] },
      expect: { case: "implicit", severity: "warning" },
    },
    {
      shows: "no group, and the image gives him one of others",
      service: { ...MOUNTS, user: "1000" },
      image: { users: [{ name: "fred", uid: 1000, gid: 126 }] },
      expect: { case: "gid", severity: "error" },
    },
    {
      shows: "an image whose USER is root:124, by a name that may stand for any number",
      service: { ...MOUNTS, user: undefined },
      image: { user: "root:124" },
      expect: { certainty: "unknown", severity: "error" },
    },
    {
      shows: "an image that calls another's number root",
      service: { ...MOUNTS, user: undefined },
      image: { user: "root:124", users: [{ name: "root", uid: 2000, gid: 0 }] },
      expect: { says: "uid 2000" },
    },
    {
      shows: "an image that calls another's number fred",
      service: { ...MOUNTS, user: "fred:1000" },
      image: { users: [{ name: "fred", uid: 2000, gid: 1000 }] },
      expect: { says: "uid 2000" },
    },
    {
      shows: "a name that is not looked up",
      service: { ...MOUNTS, user: "fred:1000" },
      image: {},
      expect: { certainty: "unknown", severity: "error" },
    },
    {
      shows: "a member of the group deploys it",
      service: { ...MOUNTS, user: "1000:124" },
      facts: {
        actor: {
          name: "barney",
          uid: 3000,
          groups: [
            { name: "csg", gid: 125 },
            { name: "genome", gid: 124 },
          ],
          staff: false,
        },
      },
      expect: { case: "member" },
    },
    {
      shows: "in a volume that was made with such options, whatever the recipe says now",
      service: { user: "2000:1000", mounts: [volume("v", "/x")] },
      stack: { volumes: [{ name: "v", options: {}, labels: {} }] },
      facts: { ...path(APP_FOLDER), ownVolumes: new Map([["v", { stack: "rover", options: BOUND }]]) },
    },
    {
      shows: "in another stack's volume with such options",
      service: { user: "2000:1000", mounts: [volume("v", "/x")] },
      stack: { volumes: [{ name: "v", external: "mars_v", options: {}, labels: {} }] },
      facts: { ...path(APP_FOLDER), volumes: new Map([["mars_v", { stack: "mars", owner: "fred", options: BOUND }]]) },
    },
    {
      shows: "in a volume's options",
      service: {
        user: "2000:1000",
        mounts: [{ kind: "volume", volume: "v", target: "/x", readOnly: true, noCopy: false }],
      },
      stack: { volumes: [{ name: "v", options: { o: "bind", type: "none", device: APP_FOLDER }, labels: {} }] },
    },
  ],
});

function userHits({ owner, facts, policy }: ServiceSubject, uid: number): readonly Hit[] {
  // Root is nobody on these file systems, or VOL-08's.
  if (!owner || uid === 0) return [];
  const account = accountOf(uid, facts);
  const pattern = policy.collaborationAccounts;
  if (!mayRunAs(owner, uid, account, pattern)) return [{ fields: { uid, owner: owner.name, own: owner.uid } }];
  const { actor } = facts;
  const stranger = actor && actor.name !== owner.name && actor.role !== "admin" && actor.role !== "operator";
  if (!stranger || mayRunAs(actor, uid, account, pattern)) return [];
  return [{ case: "member", fields: { actor: actor.name, owner: owner.name } }];
}

function groupHits({ owner, runAs, facts }: ServiceSubject, uid: number): readonly Hit[] {
  if (!owner) return [];
  const account = uid === owner.uid ? undefined : accountOf(uid, facts);
  const gids = new Set([...owner.groups, ...(account?.groups ?? [])].map(({ gid }) => gid));
  const fields = {
    owner: owner.name,
    uid,
    groups: owner.groups
      .slice(0, 8)
      .map(({ name, gid }) => `${gid} (${name})`)
      .join(", "),
  };
  const further = runAs.groups.map((gid, index) => ({ gid, at: `/groups/${index}` }));
  const hits = further.flatMap(({ gid, at }): readonly Hit[] => {
    if (gid === undefined) return [unknown("the number of a further group was not looked up", at)];
    return gids.has(gid) ? [] : [{ case: "gid", at, fields: { ...fields, gid } }];
  });
  const { gid } = runAs;
  if (gid === undefined) return [unknown("the number of the group that it runs with was not looked up"), ...hits];
  if (gids.has(gid) || (uid === 0 && gid === 0)) return hits;
  // Engines give group 0 to whom the image does not know; any other group is the image's choice, and as good as written.
  return [{ case: runAs.groupWritten || gid !== 0 ? "gid" : "implicit", fields: { ...fields, gid } }, ...hits];
}
