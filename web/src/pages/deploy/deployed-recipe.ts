// The recipe of a stack that runs, put into the draft unless something else is being written for that stack.

import { useEffect, useLayoutEffect } from "preact/hooks";
import { at } from "../../api/address.ts";
import { ask } from "../../api/ask.ts";
import type { DeploymentFiles } from "../../api/types.ts";
import { type Loaded, useLoad } from "../../state/load.ts";
import { draft, EMPTY, openDraft } from "./draft.ts";

export function useDeployedRecipe(stack: string | undefined): Loaded<DeploymentFiles | undefined> {
  // Before it is drawn: what is typed goes to the draft that is seen.
  useLayoutEffect(() => openDraft(stack ?? ""), [stack]);
  const loaded = useLoad(
    async (signal) =>
      stack === undefined ? undefined : ask<DeploymentFiles>({ path: at`/v2/stacks/${stack}/files`, signal }),
    [stack ?? ""],
  );
  const files = loaded.data.value?.files;
  useEffect(() => {
    const { name, changed } = draft.peek();
    if (stack === undefined || files === undefined || (name === stack && changed)) return;
    draft.value = { ...EMPTY, name: stack, files };
  }, [stack, files]);
  return loaded;
}
