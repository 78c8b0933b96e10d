// What may be done with the whole stack, and what is being done to it.

import { at } from "../../api/address.ts";
import { ask } from "../../api/ask.ts";
import type { OperationPage, Stack } from "../../api/types.ts";
import { Link } from "../../parts/link.tsx";
import { useLoad } from "../../state/load.ts";
import { DoingButtons } from "./doing-buttons.tsx";
import { stackDoings } from "./doings.ts";

const MOVING: readonly Stack["state"][] = ["deploying", "upgrading", "rolling-back", "removing"];

export function StackActions({ stack, onDone }: { readonly stack: Stack; readonly onDone: () => void }) {
  return (
    <div class="stack-actions">
      {MOVING.includes(stack.state) && <UnderWay key={stack.state} stack={stack.name} />}
      <DoingButtons stack={stack.name} doings={stackDoings(stack)} onDone={onDone} />
      {stack.mine === "change" && (
        <Link to={`/deploy?stack=${encodeURIComponent(stack.name)}`} class="button">
          Edit the recipe
        </Link>
      )}
    </div>
  );
}

// The stack names the deployment that counts, which is not the one that is coming.
function UnderWay({ stack }: { readonly stack: string }) {
  const path = at`/v2/stacks/${stack}/operations`;
  const newest = useLoad((signal) => ask<OperationPage>({ path, query: { limit: 1 }, signal }), [path]);
  const id = newest.data.value?.items[0]?.id;
  return (
    <p class="notice tone-busy">
      It is being changed.{" "}
      {id !== undefined && (
        <Link to={`/stacks/${encodeURIComponent(stack)}/operations/${encodeURIComponent(id)}`}>
          Follow how it goes on
        </Link>
      )}
    </p>
  );
}
