// Why an overlay image cannot be made, changed or looked at.

import { defineErrors } from "../../base/errors.ts";

export const fail = defineErrors({
  E_OVERLAY_EXISTS: {
    text: "{path} exists already",
    hint: "choose another name, or use what is there: berth overlay info {path}",
  },
  E_OVERLAY_SIZE: {
    text: "an overlay of {size} MiB is too small: 64 MiB is the least",
    hint: "give a larger number of MiB with --size",
  },
  E_OVERLAY_SIGNED: {
    text: "cannot change {path}: it is signed, and a signature would no longer be true of it",
    hint: "make a file of its own and name both: berth overlay create FILE; berth run --overlay FILE {path}",
  },
  E_OVERLAY_ENCRYPTED: {
    text: "cannot add an overlay to {path}: its root file system is encrypted and the overlay would not be",
    hint: "make a file of its own: berth overlay create FILE",
  },
  E_OVERLAY_PRESENT: {
    text: "{path} has an overlay already (object {id})",
    hint: "use it with berth exec --writable {path} …, or change its size: berth overlay resize",
  },
  E_OVERLAY_FULL: {
    text: "cannot add an overlay to {path}: all {total} places of its table are taken",
    hint: "make a file of its own: berth overlay create FILE",
  },
  E_OVERLAY_NOT: {
    text: "{path} is no overlay: {what}",
    hint: "berth overlay create makes one; what is laid over an image is an ext3 or ext4 file, a directory, a squashfs, or the overlay of a SIF file",
  },
  E_OVERLAY_IN_USE: {
    text: "{path} is in use by a container: it cannot be changed now",
    hint: "end the container first",
  },
  E_OVERLAY_DIR_FORM: {
    text: '"{dir}" cannot be made in the overlay: it is not an absolute path without .. and quotes',
    hint: "write --create-dir /opt/data",
  },
  E_OVERLAY_TOOL: {
    text: "{tool} could not work on {path}: {reason}",
    hint: "is the disk full? berth overlay info {path} shows what is there",
  },
  E_OVERLAY_TOOL_MISSING: {
    text: "{tool} is needed to make and change overlay images and was not found",
    hint: "ask the administrator for the package e2fsprogs, or lay a directory over the image: mkdir DIR; berth run --overlay DIR …",
  },
  E_OVERLAY_IO: { text: "cannot write {path}: {reason}", hint: "check the permissions and the free space there" },
});
