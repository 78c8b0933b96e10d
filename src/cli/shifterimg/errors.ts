// What keeps `shifterimg` from doing what it was asked. Every status is 1, as scripts know it.

import { defineErrors } from "../../base/errors.ts";

export const fail = defineErrors({
  E_SHIFTERIMG_USAGE: { text: "{why}", hint: "see shifterimg --help", exit: 1 },
  E_SHIFTERIMG_FILE: {
    text: "{path} cannot be imported: {why}",
    hint: "name a file that the gateway sees too",
    exit: 1,
  },
  E_SHIFTERIMG_IMAGE: {
    text: "{name} is no name of an image: {why}",
    hint: "write TYPE:TAG, such as docker:ubuntu:24.04, or docker:NAME@sha256:… for one version for ever",
    exit: 1,
  },
  E_SHIFTERIMG_SYSTEM: {
    text: "nothing says which system's images are meant",
    hint: "set BERTH_SYSTEM, or system in udiRoot.conf or under client in site.yaml",
    exit: 1,
  },
  E_SHIFTERIMG_NOBODY: {
    text: "there is no {kind} {name} here",
    hint: "write names or ids, with commas between",
    exit: 1,
  },
  E_SHIFTERIMG_LONG: { text: "{host} answers with more than {limit} bytes", exit: 1 },
  E_SHIFTERIMG_LOGIN_FILE: {
    text: "cannot keep the login in {path}: {why}",
    hint: "check the folder's owner and free space",
    exit: 1,
  },
});
