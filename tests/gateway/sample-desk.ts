// A desk without anything behind it, for tests of what the HTTP routes read and write: some images and pulls in memory,
// every call noted. What the desk decides is tested with the real one.

import { defineErrors } from "../../src/base/errors.ts";
import type { AclChange, Desk, ImageName, ImageRecord, Principal, PullRecord } from "../../src/gateway/types.ts";

const fail = defineErrors({
  E_SAMPLE_NO_IMAGE: { text: "there is no image {tag}", hint: "pull it first", http: 404 },
  E_SAMPLE_NO_PULL: { text: "there is no pull {id}", http: 404 },
});

/** The sample desk, what it has, and what it was asked. */
export interface SampleDesk {
  readonly desk: Desk;
  readonly images: ImageRecord[];
  readonly pulls: Map<string, PullRecord>;
  readonly calls: { readonly what: string; readonly with: readonly unknown[] }[];
}

export const SAMPLE_IMAGE: ImageRecord = {
  key: 1,
  system: "cluster",
  id: "a".repeat(64),
  itype: "docker",
  tags: ["team/tool:1.0"],
  format: "squashfs",
  status: "READY",
  statusMessage: "",
  private: false,
  owner: { uid: 500, gid: 500, user: "alice" },
  users: [],
  groups: [],
  digest: `sha256:${"a".repeat(64)}`,
  source: "docker.example.org/team/tool:1.0",
  bytes: 4096,
  arch: "amd64",
  os: "linux",
  env: ["PATH=/bin", 'QUOTE="é"'],
  entry: null,
  cmd: ["sh"],
  workdir: null,
  labels: { alabel: "here" },
  createdAt: 1_700_000_000,
  lastPull: 1_700_000_000,
  lastUse: null,
  expires: null,
};

export const SAMPLE_PULL: PullRecord = {
  id: "5b1e7a0e-0000-4000-8000-000000000001",
  kind: "pull",
  system: "cluster",
  itype: "docker",
  tag: "team/new:1.0",
  owner: { uid: 500, gid: 500, user: "alice" },
  users: [],
  groups: [],
  status: "PULLING",
  statusMessage: "Pulling layer sha256:12",
  progress: { done: 10, total: 100, rate: 5 },
  position: 0,
  createdAt: 1_700_000_001.5,
  startedAt: 1_700_000_002,
  heartbeatAt: 1_700_000_003,
  finishedAt: null,
  importFrom: undefined,
  imageId: null,
  errorCode: null,
};

/** A person of the tests. */
export function person(uid: number, user: string): Principal {
  return { uid, gid: uid, user, group: user, via: "mock", registries: new Map(), groups: async () => [uid] };
}

export function sampleDesk(): SampleDesk {
  const images = [SAMPLE_IMAGE];
  const pulls = new Map([[SAMPLE_PULL.id, SAMPLE_PULL]]);
  const calls: SampleDesk["calls"] = [];
  const note = (what: string, ...args: readonly unknown[]) => void calls.push({ what, with: args });
  const imageOf = (name: ImageName) => {
    const found = images.find(({ system, tags }) => system === name.system && tags.includes(name.tag));
    if (!found) throw fail("E_SAMPLE_NO_IMAGE", { tag: name.tag });
    return found;
  };
  const pullOf = (id: string) => {
    const found = pulls.get(id);
    if (!found) throw fail("E_SAMPLE_NO_PULL", { id });
    return found;
  };
  const requested = (name: ImageName, acl: AclChange, kind: PullRecord["kind"]): PullRecord => ({
    ...SAMPLE_PULL,
    ...name,
    kind,
    users: acl.users ?? [],
    groups: acl.groups ?? [],
    status: "INIT",
  });
  const desk: Desk = {
    lookup: async (who, name, options) => {
      note("lookup", who?.user, name, ...(options?.all ? [options] : []));
      return imageOf(name);
    },
    list: async (who, filter) => {
      note("list", who?.user, filter);
      const from = Number(filter.after ?? 0);
      const to = from + (filter.limit ?? images.length);
      const ofSystem = images.filter(({ system }) => system === filter.system);
      return { items: ofSystem.slice(from, to), next: to < ofSystem.length ? String(to) : undefined };
    },
    listTexts: async (who, system, write) => {
      note("listTexts", who?.user, system);
      return images.filter((image) => image.system === system).map((image) => Buffer.from(`,${write(image)}`));
    },
    pull: async (who, name, acl) => {
      note("pull", who?.user, name, acl);
      return images.find(({ tags }) => tags.includes(name.tag)) ?? requested(name, acl, "pull");
    },
    importFile: async (who, name, file, acl) => {
      note("importFile", who?.user, name, file, acl);
      return { ...requested(name, acl, "import"), importFrom: file };
    },
    expire: async (who, { tag }) => (who?.user !== "root" ? false : tag.startsWith("team/tool") ? true : null),
    autoexpire: async (who) => (who?.user === "root" ? ["a".repeat(64)] : false),
    queue: async () => [...pulls.values()].filter(({ finishedAt }) => finishedAt === null),
    lookups: async (who, system, limit) => {
      note("lookups", who?.user, system, limit);
      const one = { user: "alice", uid: 500, system, itype: "docker", tag: "team/tool:1.0", id: "a", time: 5 };
      return who?.user === "root" ? [one] : [];
    },
    findPull: async (_who, id) => pullOf(id),
    cancelPull: async (_who, id) => ({ ...pullOf(id), status: "FAILURE", statusMessage: "cancelled" }),
    setAcl: async (who, name, acl) => {
      note("setAcl", who.user, name, acl);
      return { ...imageOf(name), private: true, users: acl.users ?? [], groups: acl.groups ?? [] };
    },
    remove: async (who, name) => {
      note("remove", who.user, name);
      imageOf(name);
    },
    release: async (_who, name) => imageOf(name),
    pin: async (who, name, holder, until) => note("pin", who.user, name, holder, until),
    unpin: async (who, name, holder) => note("unpin", who.user, name, holder),
    pins: async (who, filter) => {
      note("pins", who.user, filter);
      const { system, id: imageId, itype, tags } = SAMPLE_IMAGE;
      const pin = { system, imageId, itype, tags, holder: "job:7", uid: 500, createdAt: 5, until: null };
      return { items: images.length > 0 ? [pin] : [], next: undefined };
    },
    tagHistory: async () => [{ at: 5, by: "alice", imageId: "b", previousId: "a" }],
    quota: async (who, subject) => ({
      subject: subject ?? { kind: "user", number: who.uid },
      limits: { bytes: 1000, images: null },
      used: { bytes: 10, images: 1 },
    }),
    setQuota: async (who, subject, limits) => note("setQuota", who.user, subject, limits),
    events: async (who, filter) => {
      note("events", who.user, filter);
      const actor = { uid: 500, name: "alice" };
      const names = { system: "cluster", imageId: "a", itype: "docker", tag: "team/tool:1.0" };
      const event = {
        id: 7,
        at: 5,
        kind: "image.ready",
        ...names,
        actor,
        outcome: "done",
        detail: { bytes: 3 },
      } as const;
      return { items: [event], next: undefined };
    },
    collect: async (who, system, dryRun) => {
      note("collect", who.user, system, dryRun);
      return { expired: ["a"], orphanFiles: ["x.partial"], blobs: 2, records: 3, bytes: 30 };
    },
  };
  return { desk, images, pulls, calls };
}
