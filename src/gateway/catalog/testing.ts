// Pulls and images for the tests of catalog and desk.

import type { MadeImage, Owner, PullRecord } from "../types.ts";

/** A person by number: `person(500)` is `u500` of group 500. */
export function person(uid: number, gid: number = uid): Owner {
  return { uid, gid, user: `u${uid}` };
}

/** A pull at work. */
export function pullOf(tag: string, changes: Partial<PullRecord> = {}): PullRecord {
  return {
    id: `pull-of-${tag}`,
    kind: "pull",
    system: "alpha",
    itype: "docker",
    tag,
    owner: person(500),
    users: [],
    groups: [],
    status: "TRANSFER",
    statusMessage: "Transferring image",
    progress: { done: 0, total: 0, rate: 0 },
    position: 0,
    createdAt: 0,
    startedAt: 0,
    heartbeatAt: 0,
    finishedAt: null,
    importFrom: undefined,
    imageId: null,
    errorCode: null,
    ...changes,
  };
}

/** What a job made; images of the same `id` have the same digest. */
export function madeOf(id: string, changes: Partial<MadeImage> = {}): MadeImage {
  return {
    id,
    digest: `sha256:${id}`,
    private: false,
    source: "registry.example/thing:latest",
    arch: "amd64",
    os: "linux",
    env: ["PATH=/usr/bin", "A=B"],
    entry: ["/bin/echo", "hi"],
    cmd: null,
    workdir: "/data",
    labels: { alabel: "avalue" },
    user: null,
    file: { path: "/work/x.squashfs", format: "squashfs", bytes: 100, digest: `sha256:${id}` },
    ...changes,
  };
}
