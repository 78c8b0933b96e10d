// An operation or deployment while it is carried out.

import { useSignal } from "@preact/signals";
import type { Operation } from "../../api/types.ts";
import { Link } from "../../parts/link.tsx";
import { Page } from "../../parts/page.tsx";
import { StackTabs, StackTrail } from "../stack/stack-head.tsx";
import { LiveProgress } from "./live-progress.tsx";

export function OperationPage({ stack, id }: { readonly stack: string; readonly id: string }) {
  const ended = useSignal<Operation | undefined>(undefined);
  const gone = useSignal(false);
  const page = `/stacks/${encodeURIComponent(stack)}`;
  return (
    <Page title={`Progress of ${stack}`} above={<StackTrail stack={stack} />}>
      <StackTabs stack={stack} />
      <LiveProgress
        stack={stack}
        id={id}
        onEnd={(operation) => {
          ended.value = operation;
        }}
        onGone={() => {
          gone.value = true;
        }}
      />
      {gone.value && <p class="notice tone-calm">There is no stack {stack} any more.</p>}
      {(gone.value || ended.value) && (
        <p class="actions">
          {gone.value || isDown(ended.value) ? (
            <Link to="/" class="button primary">
              To the overview
            </Link>
          ) : (
            <Link to={page} class="button primary">
              To the stack
            </Link>
          )}
        </p>
      )}
    </Page>
  );
}

function isDown(operation: Operation | undefined): boolean {
  return operation?.kind === "down" && operation.state === "done";
}
