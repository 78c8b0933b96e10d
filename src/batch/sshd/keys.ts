// The keys of a job: one pair for its user, one for its hosts. Every node makes the same ones by itself from a secret that all
// nodes of the site have anyway, so nothing travels with the job and nothing lies in a home
// (docs/decisions/0006-sshd.md). Pure but for chance.

import { hkdfSync, randomBytes } from "node:crypto";
import { type KeyPair, keyPair } from "./key-format.ts";

/** Keys of one job. */
export interface JobKeys {
  readonly user: KeyPair;
  /** The hosts' key: one for all nodes of the job. */
  readonly host: KeyPair;
  /** The job's other nodes have the same. */
  readonly shared: boolean;
}

/** Whose keys. */
export interface KeyOwner {
  readonly uid: number;
  readonly job: string;
}

/** The keys that every node with this secret makes for this job. */
export function derivedKeys(secret: Buffer, { uid, job }: KeyOwner): JobKeys {
  // The words part these keys from each other and from everything else that the site makes from its secret (RFC 5869, 3.2).
  const seed = (what: string) =>
    Buffer.from(hkdfSync("sha256", secret, "", `berth sshd v1\0${what}\0${uid}\0${job}`, 32));
  return { ...pairs(seed, job), shared: true };
}

/** Keys that no other node knows: for a job of one node, where there is no secret. */
export function randomKeys({ job }: KeyOwner): JobKeys {
  return { ...pairs(() => randomBytes(32), job), shared: false };
}

function pairs(seed: (what: string) => Buffer, job: string): Omit<JobKeys, "shared"> {
  return { user: keyPair(seed("user"), `job ${job}`), host: keyPair(seed("host"), `nodes of job ${job}`) };
}
