// What can go wrong when an image is asked about itself, or files are copied out of it.

import { defineErrors } from "../../base/errors.ts";

export const fail = defineErrors({
  E_INSPECT_NO_OCI: {
    text: "{path} does not hold the OCI configuration it was made from",
    hint: "only SIF files made from OCI images keep it; the labels and scripts are shown without --oci",
    exit: 1,
  },
  E_INSPECT_NO_APP: {
    text: "{path} has no app {app}",
    hint: "berth inspect --list-apps shows the apps of an image",
    exit: 1,
  },
  E_COPY_EXISTS: {
    text: "{target} exists already",
    hint: "copy to another name, or remove it first",
    exit: 1,
  },
  E_COPY_DUPLICATE: {
    text: "{name} is twice in its directory in {path}; the copy was given up",
    hint: "no trustworthy tool makes such an image",
  },
  E_COPY_WRITE: {
    text: "{target} cannot be written: {reason}",
    exit: 1,
  },
  E_COPY_SPECIAL: {
    text: "{name} in {path} is {is}; only files, directories and links are copied",
    exit: 1,
  },
});
