// What the set-up of containers on a node is about: whose, for which job, where. Data only.

import type { ImageRequest } from "../types.ts";

/** A container that is or shall be set up: one for each job of a user on a node. */
export interface SetupKey {
  readonly uid: number;
  /** Number of the batch job; 0: none. */
  readonly job: string;
}

/** What the administrator's prolog asks for. */
export interface SetupRequest extends SetupKey {
  /** From the accounts when left out. */
  readonly gid: number | undefined;
  readonly user: string | undefined;
  readonly image: ImageRequest;
  /** Volumes as users write them; each may be several joined with `;`. */
  readonly volumes: readonly string[];
  /** A comma list; undefined: the site's default modules. */
  readonly modules: string | undefined;
  /** `host/n host/n …`; undefined: no /var/hostsfile. */
  readonly hosts: string | undefined;
  /** A public key that may log in to the job's containers. */
  readonly sshKey: string | undefined;
}

/** What is written down of a set-up (`setup.json`); also what tells one set-up from another. */
export interface SetupRecord {
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
  readonly job: string;
  /** `TYPE:NAME` as it was asked for. */
  readonly asked: string;
  readonly identifier: string;
  /** The image's file or directory. */
  readonly path: string;
  /** Signature of the volumes. */
  readonly volumes: string;
  readonly modules: readonly string[];
  readonly hosts: string | undefined;
  readonly sshKey: string | undefined;
}
