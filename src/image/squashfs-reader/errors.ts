// What can be wrong with a squashfs file system, and with a path asked of one.

import { defineErrors } from "../../base/errors.ts";

export const fail = defineErrors({
  E_SQUASHFS_NOT: {
    text: "{path} holds no squashfs file system at byte {offset}",
    hint: "the image is damaged, or it is of another kind",
  },
  E_SQUASHFS_VERSION: {
    text: "{path} is squashfs version {version}; only 4.0 is in use since 2009",
    hint: "unpack it with the tool that made it and pack it again with mksquashfs",
  },
  E_SQUASHFS_CORRUPT: {
    text: "the squashfs file system in {path} is damaged: {what}",
    hint: "fetch or build the image again",
  },
  E_SQUASHFS_TRUNCATED: {
    text: "{path} is cut short: its file system has {want} bytes, but only {got} are there",
    hint: "the copy or download was not complete; fetch the image again",
  },
  E_SQUASHFS_COMPRESSOR: {
    text: "{path} is compressed by a method that nobody knows (number {id})",
    hint: "the image is damaged, or made by a program newer than this berth",
  },
  E_SQUASHFS_NO_TOOL: {
    text: "{path} is compressed with {compressor}, which berth reads with the program {tool}, and that could not be started",
    hint: "install {package}, or convert the image once: berth pull with another --compression",
  },
  E_IMAGE_FILE_TOO_BIG: {
    text: "{name} in {path} has {size} bytes; at most {max} are expected there",
  },
  E_IMAGE_PATH_MISSING: {
    text: "{name} does not exist in {path}",
    hint: "berth image tree shows what there is",
    exit: 1,
  },
  E_IMAGE_PATH_KIND: {
    text: "{name} in {path} is {is}, not {wanted}",
    exit: 1,
  },
  E_IMAGE_PATH_ACCESS: {
    text: "{name} in {path} cannot be read: {reason}",
  },
  E_IMAGE_PATH_LOOP: {
    text: "{name} in {path} leads through too many symbolic links",
    exit: 1,
  },
});
