// What can go wrong between Slurm and berth: options at submission, what a job tells its prolog, what a node keeps for it.

import { defineErrors, type ErrorKind } from "../../base/errors.ts";

const KINDS = {
  E_SLURM_OPTION: { text: "--{option}: {why}", hint: "{advice}" },
  E_SLURM_NO_IMAGE: {
    text: "--{option} says how a container is made, and no image is named",
    hint: "name it: --image=TYPE:NAME",
  },
  E_SLURM_JOB: { text: "{what} is not known", hint: "call it in Slurm's prolog and epilog, or say it by {flag}" },
  E_SLURM_NODES: { text: "the job's list of nodes {list} is wrong: {why}", hint: "scontrol show hostnames LIST" },
  E_SLURM_COMMENT: {
    text: "the job's comment {comment} is wrong: {why}",
    hint: "write: shifter --image=NAME [--volume=FROM:TO]… [--module=NAME,…]",
  },
  E_SLURM_NOT_FROZEN: {
    text: "the job's image {asked} was not looked up when it was submitted",
    hint: "submit it with --image",
  },
  E_SLURM_RESOLVE: { text: "the job's image cannot be had: {why}", hint: "submit it again when that is mended" },
  E_SLURM_WISHES: {
    text: "the container could not be made as the job asks: {why}",
    hint: "without its volumes and modules it can be made: mend them, and submit it again",
  },
  E_SLURM_CGROUP: { text: "the control group {path} cannot be used: {why}", hint: "memory_cgroup= in plugstack.conf" },
  E_SLURM_EXTERN: { text: "the job's outer step could not be made ready: {why}", hint: "{advice}" },
} as const satisfies Readonly<Record<string, ErrorKind>>;

type Code = keyof typeof KINDS;

/** The failures of this room; every one ends the command with 1. */
export const fail = defineErrors<Code>(
  Object.fromEntries(Object.entries(KINDS).map(([code, kind]) => [code, { ...kind, exit: 1 }])) as Record<
    Code,
    ErrorKind
  >,
);
