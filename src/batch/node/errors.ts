// What can go wrong when a node is set up for a job. Each ends the command with 1, as Shifter's setupRoot does.

import { defineErrors, type ErrorKind } from "../../base/errors.ts";

const KINDS = {
  E_NODE_ROOT: {
    text: "only root sets up nodes",
    hint: "call it in the batch system's prolog and epilog, which root runs",
  },
  E_NODE_KEY: { text: "{what} cannot be {value}: {why}", hint: "{advice}" },
  E_NODE_DIR: { text: "the directory of set-ups cannot be {dir}: {why}", hint: "nodeDir: a path below /run or /var" },
  E_NODE_IMAGE_FILE: { text: "the image {path} is not mounted by root: {why}", hint: "{advice}" },
  E_NODE_HOOK: { text: "the hook {path} is not run by root: {why}", hint: "chown root {path} and chmod go-w {path}" },
  E_NODE_OTHER: {
    text: "another container is set up in {dir}: {what}",
    hint: "berth node teardown --uid {uid} --job {job} takes it down",
  },
  E_NODE_SETUP: { text: "the node could not be set up: {why}", hint: "{advice}" },
  E_NODE_UNFIT: {
    text: "the image cannot be set up: {why}",
    hint: "what the site or a volume mounts needs its place there: mend the image",
  },
  E_NODE_TEARDOWN: {
    text: "the container in {dir} could not be taken down: {why}",
    hint: "berth node status shows what is left and who holds it",
  },
  E_NODE_CACHE: { text: "the perNodeCache at {to} is refused: {why}", hint: "{advice}" },
} as const satisfies Readonly<Record<string, ErrorKind>>;

/** The failures of this room. */
export const fail = defineErrors<keyof typeof KINDS>(
  Object.fromEntries(Object.entries(KINDS).map(([code, kind]) => [code, { ...kind, exit: 1 }])) as Record<
    keyof typeof KINDS,
    ErrorKind
  >,
);
