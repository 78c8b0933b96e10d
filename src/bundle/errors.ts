// What can go wrong with bundles and their containers. Container managers expect status 1 of a runtime that fails.

import { defineErrors } from "../base/errors.ts";

export const fail = defineErrors({
  E_BUNDLE_READ: {
    text: "cannot read {path}: {reason}",
    hint: "a bundle is a folder with config.json and the folder of the container's files: umoci unpack --rootless makes one",
    exit: 1,
  },
  E_BUNDLE_CONFIG: { text: "{path}: {reason}", hint: "see the OCI runtime specification, config.md", exit: 1 },
  E_BUNDLE_REFUSED: {
    text: "{path}: {name} cannot be honoured: {why}",
    hint: "take it out of config.json, or let berth pass over it: berth oci --ignore {name} …",
    exit: 1,
  },
  E_BUNDLE_ROOT: {
    text: "the root of the bundle {bundle}, {path}, is {what}",
    hint: "root.path of config.json names a folder, absolute or beginning at the bundle",
    exit: 1,
  },
  E_BUNDLE_SOURCE: {
    text: "cannot mount {source} on {target}: it does not exist on this machine, or you cannot reach it",
    hint: "correct the mount in config.json",
    exit: 1,
  },
  E_BUNDLE_USER: {
    text: "the container's user {user} cannot be had: {why}",
    hint: "use the mappings that umoci unpack --rootless or runc spec --rootless write, or get subordinate ids (/etc/subuid)",
    exit: 1,
  },
  E_BUNDLE_DEVICE: {
    text: "the device {path} cannot be made without privileges, and this machine has no such device there",
    hint: "take it out of linux.devices in config.json",
    exit: 1,
  },
  E_BUNDLE_POINT: {
    text: "cannot make the mount point {target} in {root}: {reason}",
    hint: "make it by hand, or set root.readonly",
    exit: 1,
  },
  E_CONTAINER_ID: {
    text: '"{id}" cannot be the id of a container',
    hint: "use letters, digits and _ + - . (at most 1024 characters, not beginning with a dot)",
    exit: 1,
  },
  E_CONTAINER_EXISTS: {
    text: "container {id} already exists",
    hint: "choose another id, or: berth oci delete {id}",
    exit: 1,
  },
  E_CONTAINER_NONE: {
    text: "container {id} does not exist",
    hint: "containers are known below --root: {root}",
    exit: 1,
  },
  E_CONTAINER_STATUS: { text: "cannot {verb} container {id}: it is {status}", hint: "{want}", exit: 1 },
  E_CONTAINER_START: {
    text: "container {id} did not start: {reason}",
    hint: "what its launcher said went to the container's standard error",
    exit: 1,
  },
  E_CONTAINER_STATE: {
    text: "the folder of containers {path} cannot be used: {reason}",
    hint: "choose one of your own with --root",
    exit: 1,
  },
  E_CONTAINER_KILL: { text: "cannot signal container {id}: {reason}", hint: "its process {pid} is not yours", exit: 1 },
  E_CONSOLE: {
    text: "a console socket is not offered: berth cannot pass a terminal to another process",
    hint: "set process.terminal to false, or start the container in the terminal: berth oci run",
    exit: 1,
  },
  E_DESCRIPTORS: {
    text: "berth oci run cannot keep descriptors open for the program",
    hint: "use berth oci create --preserve-fds and berth oci start",
    exit: 1,
  },
  E_PID_FILE_WRITE: {
    text: "cannot write the process number to {path}: {reason}",
    hint: "choose a place you may write to",
    exit: 1,
  },
});
