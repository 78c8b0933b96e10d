// What can go wrong with image files from web servers. Addresses are shown without their query, which may be a signature.

import { defineErrors } from "../../base/errors.ts";

/** Makes the failures of web files. */
export const fail = defineErrors({
  E_WEB_STATUS: {
    text: "{url}: {host} answered with status {status}",
    hint: "{hint}",
    http: 502,
  },
  E_WEB_BROKEN: {
    text: "{url} could not be fetched: {reason}",
    hint: "try again: what has arrived is kept and the transfer goes on from there",
    http: 502,
  },
  E_WEB_CHECKSUM: {
    text: "{url} has the checksum {got}, but {want} was asked for",
    hint: "compare with what its publisher says; nothing of it was kept",
    http: 502,
  },
  E_WEB_NOT_CACHED: {
    text: "{url} is not in the cache, and the pull policy is never",
    hint: "pull it first, or leave out --pull never",
    http: 404,
  },
  E_WEB_ADDRESS: { text: '"{url}" is no address', hint: "write https://host/path/image.sif", http: 400 },
  E_CHECKSUM_SOURCE: {
    text: "--checksum is for files of web servers, and this image comes from {kind}",
    hint: "an image is named with its digest: NAME@sha256:…",
    exit: 1,
  },
});
