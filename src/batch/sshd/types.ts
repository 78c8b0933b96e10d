// The sshd of a job on one node: what it is planned from, and the plan. Data only.

import type { MountRecord } from "../../run/launch-plan.ts";
import type { NodeSshd } from "../../site/node-config.ts";
import type { Person } from "../types.ts";
import type { JobKeys } from "./keys.ts";
import type { SshProgram } from "./program.ts";

/** What the job's sshd is planned from. */
export interface SshdRequest {
  readonly person: Person;
  /** From the node's accounts; `shell` is what a login without a command gets when the image has it. */
  readonly home: string;
  readonly shell: string;
  /** Number of the batch job; "0": none. */
  readonly job: string;
  /** Names of the job's nodes, this one among them; each once. */
  readonly hosts: readonly string[];
  /** Where sshd's files lie, `sshdDir(setupDir)`. */
  readonly dir: string;
  readonly nodeDir: string;
  /** The group that terminals of this node belong to (`terminalGroup`); undefined: that of who opens one. */
  readonly terminals: number | undefined;
  readonly sshd: NodeSshd;
  readonly program: SshProgram;
  readonly keys: JobKeys;
  /** Further public keys that may log in, one line each (`setupRoot -s`). */
  readonly authorized: readonly string[];
  /** Absolute path of `shifter`, and the options with which it finds the prepared container (`sessionOptions`). */
  readonly shifter: string;
  readonly options: readonly string[];
}

/** A file below the folder of sshd. */
export interface SshdFile {
  readonly name: string;
  readonly mode: number;
  readonly content: string | Buffer;
  /** Whose it is: the user's, where ssh insists that nobody else may read; root's, where the user need not change it. */
  readonly owner: "user" | "root";
}

/** What sshd needs, decided. */
export interface SshdPlan {
  readonly dir: string;
  readonly person: Person;
  readonly port: number;
  readonly files: readonly SshdFile[];
  /** Its program with arguments, to be run as the user. */
  readonly argv: readonly string[];
  /** Arguments that make it only check its files; undefined: it cannot. */
  readonly check: readonly string[] | undefined;
  /** Files of the folder that it sees in place of those of the node. */
  readonly covers: readonly (readonly [name: string, path: string])[];
  /** What belongs into the container, after the site's layer: the client's configuration and key. */
  readonly mounts: readonly MountRecord[];
}
