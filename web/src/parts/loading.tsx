// What is loaded: a word while it comes, why it did not come, or itself. What was there before stays while it comes anew.

import type { ComponentChildren } from "preact";
import type { Loaded } from "../state/load.ts";
import { Failure } from "./failure.tsx";

interface Props<T> {
  readonly of: Loaded<T>;
  readonly children: (data: T) => ComponentChildren;
}

export function Loading<T>({ of, children }: Props<T>) {
  const data = of.data.value;
  return (
    <>
      <Failure error={of.failure.value} />
      {data === undefined ? of.failure.value === undefined && <p class="quiet-note">Loading …</p> : children(data)}
    </>
  );
}
