// What can go wrong before a container of a batch job starts. Where scripts may look for Shifter's words, a sentence begins
// with them; every one of them ends `shifter` with 1.

import { defineErrors, type ErrorKind } from "../base/errors.ts";

const KINDS = {
  E_SHIFTER_OPTION: { text: "{problem}", hint: "shifter --help explains the options" },
  E_SHIFTER_VARIABLE: {
    text: "Improperly formatted environment variable: {text}: {why}",
    hint: "write NAME=VALUE with a value that is not empty; --unset-env NAME leaves a variable out",
  },
  E_SHIFTER_NO_IMAGE: {
    text: "No image specified",
    hint: "name one with --image=TYPE:NAME, submit the job with --image, or set SHIFTER=TYPE:NAME",
  },
  E_SHIFTER_IMAGE_NAME: {
    text: "Failed to parse image specification {name}: {why}",
    hint: "write TYPE:NAME, such as docker:ubuntu:24.04",
  },
  E_SHIFTER_ROOT: {
    text: "Failed to lookup username or attempted to run as root: {why}",
    hint: "{advice}",
  },
  E_SHIFTER_LOOKUP: { text: "FAILED to lookup {type} image {name}: {why}", hint: "{advice}" },
  E_SHIFTER_NO_SUCH_IMAGE: {
    text: "FAILED to find requested image: {why}",
    hint: "shifterimg images lists what there is",
  },
  E_SHIFTER_IMAGE_CLOSED: {
    text: "the image {id} cannot be read: {why}",
    hint: "only a node that was set up for it can show it: submit the job with --image={asked}; or the site lets the gateway make image files readable",
  },
  E_SHIFTER_DENIED: {
    text: "FAILED permission denied to image {id}",
    hint: "it is private, and neither you ({uid}) nor one of your groups is on its lists; ask its owner: berth gateway",
  },
  E_SHIFTER_FORMAT: {
    text: "unknown image format {format} of {path}",
    hint: "only squashfs can be mounted; pull the image again through the gateway",
  },
  E_SHIFTER_META: { text: "FAILED to read {path}: {why}", hint: "pull the image again: shifterimg pull" },
  E_SHIFTER_LOCAL: { text: "local:{path} cannot be used: {why}", hint: "{advice}" },
  E_SHIFTER_ENTRYPOINT: {
    text: "Image does not have a defined entrypoint",
    hint: "name the program: shifter --image=… PROGRAM, or --entrypoint=PROGRAM",
  },
  E_SHIFTER_WORKDIR: {
    text: "Image does not have a defined working directory",
    hint: "name it: --workdir=DIR; without the option the present directory is kept",
  },
  E_SHIFTER_CACHE: { text: "the perNodeCache at {to} is refused: {why}", hint: "{advice}" },
  E_SHIFTER_ROOT_HOOK: {
    text: "the module {name} has a hook that only root can run, when the node is set up",
    hint: "it works in a job that was submitted with this image, these modules (--module={name}) and these volumes, or volumes at places that the image has; --module=none leaves it out",
  },
  E_SHIFTER_NESTED: {
    text: "shifter was called inside a container, and containers do not hold containers",
    hint: "call the program directly, or start shifter from the job's script",
  },
  E_ACCOUNTS: { text: "cannot read {path}: {why}", hint: "the site's etcPath needs passwd, group and nsswitch.conf" },
  E_HOSTS: { text: 'the list of hosts "{text}" is wrong: {why}', hint: "write host/count, separated by spaces" },
  E_GROUPS: { text: "FAILED to lookup auxiliary gids: {why}", hint: "{advice}" },
} as const satisfies Readonly<Record<string, ErrorKind>>;

type Code = keyof typeof KINDS;

/** The failures of this room. */
export const fail = defineErrors<Code>(
  Object.fromEntries(Object.entries(KINDS).map(([code, kind]) => [code, { ...kind, exit: 1 }])) as Record<
    Code,
    ErrorKind
  >,
);
