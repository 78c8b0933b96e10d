// The way to the next page of a list, and back to its beginning when that has changed.

import type { Pages } from "../state/pages-of.ts";
import { Button } from "./button.tsx";
import { Failure } from "./failure.tsx";

export function More<T>({ of, words = "Show older ones" }: { readonly of: Pages<T>; readonly words?: string }) {
  const { more, busy, failure, behind, first } = of;
  return (
    <>
      <Failure error={failure.value} />
      {(more || behind.value) && (
        <p class="actions">
          {more && (
            <Button busy={busy.value} onPress={() => void more()}>
              {words}
            </Button>
          )}
          {behind.value && (
            <Button kind="quiet" onPress={first.again}>
              There are newer ones: show them
            </Button>
          )}
        </p>
      )}
    </>
  );
}
