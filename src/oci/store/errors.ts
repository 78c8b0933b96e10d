// What can go wrong with the cache of blobs. Knows nothing of registries.

import { defineErrors, errnoOf, type Fail, reasonOf } from "../../base/errors.ts";

const kinds = {
  E_STORE_FULL: {
    text: "no space left in {path}{needs}",
    hint: "free some with `berth cache clean`, or name a roomier folder in BERTH_CACHEDIR",
    http: 507,
  },
  E_STORE_UNWRITABLE: {
    text: "cannot write to the cache {path}: {reason}",
    hint: "check the owner and mode of that folder, or name another in BERTH_CACHEDIR",
  },
  E_STORE_VANISHED: {
    text: "{path} was removed while it was being written",
    hint: "another process cleaned the cache; start again",
  },
  E_BLOB_MISSING: {
    text: "the blob {digest} is not in the store {path}",
    hint: "pull the image again",
    http: 404,
  },
  E_BLOB_CORRUPT: {
    text: "the stored blob {digest} was damaged and has been removed",
    hint: "it is fetched again at the next try",
  },
  E_BLOB_TOO_LARGE: {
    text: "{what} has {size} bytes, more than the {limit} that such a document may have",
    hint: "the image is damaged or made to exhaust memory; tell its owner",
  },
  E_LOCK_STUCK: {
    text: "cannot lock {path}: {reason}",
    hint: "check the folder's owner and permissions, or name another in BERTH_CACHEDIR",
  },
} as const;

/** Makes the failures of the content store. */
export const fail: Fail<keyof typeof kinds> = defineErrors(kinds);

/** Turns a system error met while writing `path` into a failure that says what to do; others pass unchanged. */
export function writeFailure(error: unknown, path: string, needs = ""): unknown {
  switch (errnoOf(error)) {
    case "ENOSPC":
    case "EDQUOT":
      return fail("E_STORE_FULL", { path, needs }, { cause: error });
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return fail("E_STORE_UNWRITABLE", { path, reason: reasonOf(error) }, { cause: error });
    case "ENOENT":
      return fail("E_STORE_VANISHED", { path }, { cause: error });
    default:
      return error;
  }
}
