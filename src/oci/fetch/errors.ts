// What can go wrong while blobs are brought in. Knows nothing of HTTP: that is the client's part.

import { BerthError, defineErrors, isOwnFault } from "../../base/errors.ts";

/** Makes the failures of transfers. */
export const fail = defineErrors({
  E_TRANSFER_SHORT: {
    text: "the transfer of {what} ended after {got} of {want} bytes",
    hint: "try again: what has arrived is kept and the transfer goes on from there",
    http: 502,
  },
  E_TRANSFER_STALLED: {
    text: "no data of {what} arrived for {seconds} seconds",
    hint: "check the network and the registry, then try again: what has arrived is kept",
    http: 504,
  },
  E_TRANSFER_FAILED: {
    text: "{what} could not be fetched: {reason}",
    hint: "try again: what has arrived is kept and the transfer goes on from there",
    http: 502,
  },
  E_TRANSFER_SPACE: {
    text: "{what} needs {need} more, but only {free} are free in {path}",
    hint: "free some with `berth cache clean`, or name a roomier folder in BERTH_CACHEDIR",
    http: 507,
  },
  E_TRANSFER_COUNT: {
    text: 'BERTH_DOWNLOADS is "{text}", which is no number of simultaneous downloads',
    hint: "set it to a number from 1 to 32, or unset it",
  },
});

/** False for failures that another try cannot mend: refusals, wrong content, a full disk. */
export function worthRetrying(error: unknown): boolean {
  if (!(error instanceof BerthError)) return !isOwnFault(error);
  if (/^E_(STORE|DIGEST|SIZE|LOCK)_/.test(error.code) || error.http === 507) return false;
  return error.http < 400 || error.http > 499 || error.http === 408 || error.http === 429;
}
