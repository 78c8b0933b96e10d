// What can go wrong between a finished image and the folder that a system's nodes read.

import { defineErrors, errnoOf, type Fail, reasonOf } from "../../base/errors.ts";

const kinds = {
  E_PUBLISH_SYSTEM: {
    text: 'no system is called "{system}"',
    hint: "the names are the keys of `Platforms` (`systems` in site.yaml)",
    http: 404,
  },
  E_PUBLISH_TARGET: {
    text: "images of {system} cannot be sent to {what}: {why}",
    hint: "correct the system's transfer settings in the configuration and start the server again",
  },
  E_PUBLISH_NAME: { text: '"{id}" with the format "{format}" cannot be part of a file name', http: 400 },
  E_PUBLISH_UNWRITABLE: {
    text: "the image folder {path} cannot be written: {reason}",
    hint: "it must belong to the gateway's account; nothing was left in it",
  },
  E_PUBLISH_FULL: {
    text: "no space left for {name} in the image folder {path}",
    hint: "remove images (`berth gateway gc`), or enlarge the file system; nothing was left there",
    http: 507,
  },
  E_PUBLISH_GONE: {
    text: "{name} is not in {path}, though it was published",
    hint: "pull the image again",
  },
  E_PUBLISH_DAMAGED: {
    text: "{name} did not arrive whole in {path}: {what}",
    hint: "the disk or the way there loses data; try again, and look at the machine's log if it stays",
  },
  E_PUBLISH_ID_TAKEN: {
    text: "{path} already has another image under the id {id}: {there}, not {digest}",
    hint: "the short hash of imported files does not tell these two apart; remove the other image first",
    http: 409,
  },
  E_PUBLISH_UNREACHABLE: {
    text: "{host} cannot be reached by ssh ({attempts} attempts): {words}",
    hint: "the pull can be repeated when the machine is back",
    http: 503,
  },
  E_PUBLISH_REFUSED: {
    text: "{host} and the gateway do not trust each other: {words}",
    hint: "compare the host key in the gateway account's known_hosts, and its public key in the other account's authorized_keys",
  },
  E_PUBLISH_REMOTE: { text: "{what} on {host} failed: {words}", hint: "the words are those of the other machine" },
  E_PUBLISH_SLOW: {
    text: "{what} on {host} took longer than {seconds} seconds and was given up",
    hint: "the link or the file system there is overloaded; the pull can be repeated",
    http: 504,
  },
} as const;

/** Makes the failures of this part. */
export const fail: Fail<keyof typeof kinds> = defineErrors(kinds);

/** Turns a system error met in the folder `path` into a failure that says what to do; others pass unchanged. */
export function folderFailure(error: unknown, path: string, name: string): unknown {
  switch (errnoOf(error)) {
    case "ENOSPC":
    case "EDQUOT":
      return fail("E_PUBLISH_FULL", { path, name }, { cause: error });
    case "EACCES":
    case "EPERM":
    case "EROFS":
    case "ENOENT":
    case "ENOTDIR":
      return fail("E_PUBLISH_UNWRITABLE", { path, reason: reasonOf(error) }, { cause: error });
    default:
      return error;
  }
}
