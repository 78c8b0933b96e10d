// What may be done with the whole stack, and what is being done to it.

import type { Stack } from "../../api/types.ts";
import { Link } from "../../parts/link.tsx";
import { DoingButtons } from "./doing-buttons.tsx";
import { stackDoings } from "./doings.ts";

const MOVING: readonly Stack["state"][] = ["deploying", "upgrading", "rolling-back", "removing"];

export function StackActions({ stack, onDone }: { readonly stack: Stack; readonly onDone: () => void }) {
  const page = `/stacks/${encodeURIComponent(stack.name)}`;
  return (
    <div class="stack-actions">
      {MOVING.includes(stack.state) && (
        <p class="notice tone-busy">
          It is being changed. <Link to={`${page}/operations/${stack.deployment}`}>Follow how it goes on</Link>
        </p>
      )}
      <DoingButtons stack={stack.name} doings={stackDoings(stack)} onDone={onDone} />
      {stack.mine === "change" && (
        <Link to={`/deploy?stack=${encodeURIComponent(stack.name)}`} class="button">
          Edit the recipe
        </Link>
      )}
    </div>
  );
}
