// What can go wrong with the sshd of a job.

import { defineErrors, type ErrorKind } from "../../base/errors.ts";

const KINDS = {
  E_SSHD_PROGRAM: {
    text: "no sshd for the containers of jobs: {why}",
    hint: "install openssh-server or dropbear, or name the program in the site's configuration (sshd.program)",
  },
  E_SSHD_WORD: {
    text: "sshd cannot be told {what} {text}",
    hint: "only letters, digits and . _ - / : = , + @ can stand there",
  },
  E_SSHD_KEY: {
    text: "this is no public key for ssh: {text}",
    hint: "give one line of a .pub file, without options in front",
  },
  E_SSHD_SECRET: { text: "{path} cannot be the secret for the keys of jobs: {why}", hint: "{advice}" },
  E_SSHD_FOLDER: { text: "the folder of sshd, {dir}, could not be made: {why}", hint: "{advice}" },
  E_SSHD_PORT: {
    text: "sshd cannot listen on port {port} of this node: {holder} does",
    hint: "on nodes that jobs share, only the first one gets it; the site's configuration can name another (sshd.port)",
  },
  E_SSHD_START: { text: "{program} did not start: {why}", hint: "the system's log has its words" },
  E_SSHD_STOP: {
    text: "process {pid} of the job's sshd cannot be ended",
    hint: "it waits for a device or a file server",
  },
} as const satisfies Readonly<Record<string, ErrorKind>>;

type Code = keyof typeof KINDS;

/** The failures of sshd; each ends the command with 1. */
export const fail = defineErrors<Code>(
  Object.fromEntries(Object.entries(KINDS).map(([code, kind]) => [code, { ...kind, exit: 1 }])) as Record<
    Code,
    ErrorKind
  >,
);
