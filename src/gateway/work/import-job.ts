// One import, inside the job process: a user's file, opened with that user's right to read, becomes an image file.

import { fail } from "./errors.ts";
import type { ImportJob } from "./job-messages.ts";
import type { JobTools } from "./pull-job.ts";

/** Performs the import. */
export async function performImport(_job: ImportJob, _tools: JobTools): Promise<void> {
  throw fail("E_WORK_INSIDE", { reason: "imports are not ready yet" });
}
