// What can go wrong with images in files and in a local engine.

import { BerthError, defineErrors, errnoOf, isOwnFault, reasonOf } from "../../base/errors.ts";

/** Makes the failures of archives and layouts. */
export const fail = defineErrors({
  E_ARCHIVE_OPEN: { text: "cannot read {path}: {reason}", hint: "check the name and its permissions", http: 404 },
  E_ARCHIVE_FORM: {
    text: "{path} is not an image archive: {why}",
    hint: "make one with docker save, podman save or skopeo copy",
    http: 400,
  },
  E_ARCHIVE_PATH: {
    text: "{path} has a member of the name {name}, which leads out of the archive",
    hint: "no good tool writes such names; do not trust this file",
    http: 400,
  },
  E_ARCHIVE_LIMIT: {
    text: "{path} has {what}",
    hint: "no good tool makes such archives; do not trust this file",
    http: 400,
  },
  E_ARCHIVE_PACKING: { text: "{path} is packed with {packing}, which {why}", hint: "{hint}", http: 400 },
  E_ARCHIVE_MEMBER: { text: "{path} has no member {name}, which its list of images names", http: 400 },
  E_ARCHIVE_IMAGE: {
    text: "{path} has no image {image}; it has {have}",
    hint: "write one of them after the path",
    http: 404,
  },
  E_ARCHIVE_SEVERAL: {
    text: "{path} has several images: {have}",
    hint: "name one after the path: docker-archive:{path}:NAME, or :@NUMBER counted from 0",
    http: 400,
  },
  E_LAYOUT_SEVERAL: {
    text: "must specify a digest - layout contains multiple images: {have}",
    hint: "write {path}@sha256:… or {path}:tag",
    http: 400,
  },
  E_LAYOUT_IMAGE: { text: "the layout {path} has no image {image}; it has {have}", http: 404 },
  E_LAYOUT_FORM: {
    text: "{path} is not an OCI image layout: {why}",
    hint: "make one with skopeo copy … oci:folder:tag",
    http: 400,
  },
  E_LAYOUT_FOLDER: {
    text: "{path} cannot become an OCI layout: it is {why}",
    hint: "name a new folder, or one that is a layout already",
    http: 400,
  },
  E_ARCHIVE_WRITE: {
    text: "cannot write {path}: {reason}",
    hint: "check the folder's permissions and the free space of its file system",
    http: 507,
  },
  E_ARCHIVE_LAYER: { text: "a layer of the type {mediaType} cannot be put into an archive", http: 415 },
  E_DAEMON_REACH: {
    text: "Cannot connect to the Docker daemon at {host}: {reason}",
    hint: "start the engine (or podman system service), or name its socket in DOCKER_HOST",
    http: 502,
  },
  E_DAEMON_HOST: {
    text: 'DOCKER_HOST "{host}" is not an address',
    hint: "write unix:///path/to/socket or tcp://host:port",
    http: 400,
  },
  E_DAEMON_SSH: {
    text: "berth does not open ssh connections to engines: DOCKER_HOST names {far}",
    hint: "bring the engine's socket here: ssh -nNT -L /tmp/engine.sock:/var/run/docker.sock {far}; then DOCKER_HOST=unix:///tmp/engine.sock",
    http: 400,
  },
  E_DAEMON_ANSWER: {
    text: "the engine at {host} refused the image {image}: {reason}",
    hint: "check with docker images",
    http: 404,
  },
});

/** The failure for an error met while `path` was written; failures of our own pass as they are. */
export function archiveFailure(error: unknown, path: string): unknown {
  if (error instanceof BerthError || isOwnFault(error) || errnoOf(error) === undefined) return error;
  return fail("E_ARCHIVE_WRITE", { path, reason: reasonOf(error) }, { cause: error });
}
