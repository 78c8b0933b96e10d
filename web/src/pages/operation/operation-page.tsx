// An operation or deployment while it is carried out.

import { useSignal } from "@preact/signals";
import type { Operation } from "../../api/types.ts";
import { Link } from "../../parts/link.tsx";
import { Page } from "../../parts/page.tsx";
import { StackTabs, StackTrail } from "../stack/stack-head.tsx";
import { LiveProgress } from "./live-progress.tsx";

export function OperationPage({ stack, id }: { readonly stack: string; readonly id: string }) {
  const ended = useSignal<Operation | undefined>(undefined);
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
      />
      {ended.value && (
        <p class="actions">
          {ended.value.kind === "down" && ended.value.state === "done" ? (
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
