// What can be wrong with a SIF file.

import { defineErrors } from "../../base/errors.ts";

export const fail = defineErrors({
  E_SIF_UNREADABLE: {
    text: "could not open {path}: {reason}",
  },
  E_SIF_NOT: {
    text: "{path} is not a SIF file: the magic is missing from its first 2048 bytes",
    hint: "check that the download or copy of the file was complete",
  },
  E_SIF_CORRUPT: {
    text: "{path} is a damaged SIF file: {what}",
    hint: "fetch or build the image again",
  },
  E_SIF_TRUNCATED: {
    text: "{path} is cut short: its header says that {what} ends at byte {want}, but the file has {got} bytes",
    hint: "the copy or download was not complete; fetch the image again",
  },
  E_SIF_TOO_MANY: {
    text: "a SIF file holds at most {max} objects, {count} were to be written",
  },
  E_SIF_OBJECT_TOO_BIG: {
    text: 'object "{name}" of {path} has {size} bytes; at most {max} are read into memory',
  },
  E_SIF_NAME: {
    text: 'the object name "{name}" does not fit into the 127 bytes that the format has for it',
  },
  E_SIF_NO_OBJECT: {
    text: "{path} holds no object {wanted}",
    hint: "berth sif list shows the objects of an image",
    exit: 1,
  },
});
