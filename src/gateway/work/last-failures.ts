// Remembers which images cannot be made, so that a queue of people who want the same broken image does not make the site
// convert it again for each of them. Bounded; forgets after the time that the site remembers failures.

import type { JobFailure } from "./job-messages.ts";
import type { LastFailures } from "./work-parts.ts";

const MOST = 1000;

// Failures that lie in the image or the site's choices, not in a moment or a person.
const LASTING = /^E_(?:LAYER|SQUASHFS|NO_LAYERS|WORK_(?:MEMORY|TEMP|EXAMINER|XFS|TOOL))/;

/** A memory of `seconds`; `now` in seconds. */
export function lastFailures(seconds: number, now: () => number): LastFailures {
  const known = new Map<string, { readonly failure: JobFailure; readonly until: number }>();
  return {
    find(key) {
      const entry = known.get(key);
      if (entry === undefined || entry.until > now()) return entry?.failure;
      known.delete(key);
      return undefined;
    },
    note(key, failure) {
      if (!LASTING.test(failure.code)) return;
      const [oldest] = known.keys();
      if (known.size >= MOST && oldest !== undefined) known.delete(oldest);
      known.set(key, { failure, until: now() + seconds });
    },
  };
}
