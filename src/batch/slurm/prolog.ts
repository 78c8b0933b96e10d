// What root does for a job before it begins: sets its container up, or writes down why it has none.

import { type BerthError, hasCode, reasonOf } from "../../base/errors.ts";
import { type Site, setUp } from "../node/setup.ts";
import { tearDown } from "../node/teardown.ts";
import type { SetupKey, SetupRequest } from "../node/types.ts";
import { isOfTheJob } from "./blame.ts";
import { fail } from "./errors.ts";
import { clearMarks, writeRefusal } from "./marks.ts";

/** Reads the job's wishes; it may throw what they are wrong with. */
export type ReadRequest = () => Promise<SetupRequest | undefined>;

/**
 * Sets up, once or again. Answers why the job has no container, when that is its own fault.
 * @throws what is wrong with the node
 */
export async function prepareJob(key: SetupKey, read: ReadRequest, site: Site): Promise<BerthError | undefined> {
  clearMarks(site.nodeDir, key);
  try {
    const request = await read();
    if (request !== undefined) await setUpAnew(request, site);
    return undefined;
  } catch (error) {
    if (!isOfTheJob(error)) throw error;
    writeRefusal(site.nodeDir, key, error);
    return error;
  }
}

// A node that went down between a job's prolog and epilog may have something of the same number, set up for other wishes.
async function setUpAnew(request: SetupRequest, site: Site): Promise<void> {
  try {
    await setUpOrBlame(request, site);
  } catch (error) {
    if (!hasCode(error, "E_NODE_OTHER")) throw error;
    await tearDown(request, site.nodeDir, site.env);
    await setUpOrBlame(request, site);
  }
}

// Whether a mount failed because of what the user asked for, only another try can tell: without his volumes and modules. A node
// that cannot do even that is ill.
async function setUpOrBlame(request: SetupRequest, site: Site): Promise<void> {
  try {
    await setUp(request, site);
  } catch (error) {
    if (!hasCode(error, "E_NODE_SETUP") || (request.volumes.length === 0 && request.modules === undefined)) throw error;
    await setUp({ ...request, volumes: [], modules: undefined }, site);
    await tearDown(request, site.nodeDir, site.env);
    throw fail("E_SLURM_WISHES", { why: reasonOf(error) }, { cause: error });
  }
}
