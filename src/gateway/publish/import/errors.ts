// What can go wrong with a file that somebody wants to import. Its owner reads these sentences.

import { defineErrors } from "../../../base/errors.ts";

export const fail = defineErrors({
  E_IMPORT_PATH: { text: "{path} cannot be imported: name the file by its absolute path", http: 400 },
  E_IMPORT_FORMAT: {
    text: 'files of the format "{format}" cannot be imported',
    hint: "known are squashfs, sif, tar, docker-archive and oci-archive",
    http: 400,
  },
  E_IMPORT_ACCESS: {
    text: "{path} cannot be read for you: {reason}",
    hint: "the file must be readable by your account on the gateway's machine",
    http: 403,
  },
  E_IMPORT_KIND: { text: "{path} is not a regular file", hint: "name the image file itself", http: 400 },
  E_IMPORT_LIMIT: {
    text: "{path} has more than the {limit} bytes that may be imported",
    hint: "ask those who run the gateway",
    http: 413,
  },
  E_IMPORT_CHANGED: { text: "{path} changed while it was read", hint: "import it again when nobody writes to it" },
  E_IMPORT_STALLED: {
    text: "{path} could not be read: nothing came for {seconds} seconds",
    hint: "its file system does not answer; import it again later",
    http: 504,
  },
  E_IMPORT_RIGHTS: {
    text: "the gateway cannot read files as another user here: {reason}",
    hint: "those who run it: it needs the program setpriv (util-linux) and the capabilities SETUID and SETGID",
  },
  E_IMPORT_IMAGE: { text: "{path} is no {format} image that can be taken: {reason}", http: 422 },
});
