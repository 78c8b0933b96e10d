// Asks before a tab is closed in which a recipe was written that is not deployed.

import { useEffect } from "preact/hooks";
import { isUnsaved } from "./draft.ts";

export function useUnsaved(): void {
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (isUnsaved()) event.preventDefault();
    };
    globalThis.addEventListener("beforeunload", warn);
    return () => globalThis.removeEventListener("beforeunload", warn);
  }, []);
}
