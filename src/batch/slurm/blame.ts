// Whose fault it is that a job has no container. A prolog that fails makes Slurm take the node out of service, which must not be
// in the hands of users: for what is the job's own fault the prolog succeeds, and the tasks say why they do not start. Pure.

import { BerthError } from "../../base/errors.ts";

// Failures that say something about the request, whatever the node is like.
const OF_THE_JOB = [
  // Not that a user is unknown here, or that an image's file is closed to root: that is the node's.
  /^E_SHIFTER_(?!ROOT$|IMAGE_CLOSED$)/,
  /^E_VOLUME/,
  /^E_MODULE/,
  /^E_SLURM_(NOT_FROZEN|COMMENT|RESOLVE|WISHES)$/,
  /^E_NODE_(CACHE|KEY|IMAGE_FILE|UNFIT)$/,
  // The port may be a neighbour's on purpose, and sshd is the user's process, which he can end before it listens: neither must
  // cost the node.
  /^E_SSHD_(KEY|WORD|PORT|START)$/,
  /^E_PLAN_(NUL|LARGE|MOUNTS)$/,
];

/** True when the job is to blame, by the failure alone. */
export function isOfTheJob(error: unknown): error is BerthError {
  return error instanceof BerthError && OF_THE_JOB.some((pattern) => pattern.test(error.code));
}
