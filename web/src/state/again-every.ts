// Loads again every so often while the page is looked at.

import { useEffect, useRef } from "preact/hooks";

/** Calls `again` every `ms`; undefined: not at all. */
export function useAgainEvery(ms: number | undefined, again: () => void): void {
  const latest = useRef(again);
  latest.current = again;
  useEffect(() => {
    if (ms === undefined) return;
    const timer = setInterval(() => {
      if (!document.hidden) latest.current();
    }, ms);
    return () => clearInterval(timer);
  }, [ms]);
}
