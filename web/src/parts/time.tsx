// A moment: how long ago, and exactly when one points at it.

import { ago, moment } from "../words/amounts.ts";
import { now } from "./clock.ts";

export function Time({ at, exact = false }: { readonly at: number; readonly exact?: boolean }) {
  const stamp = new Date(at * 1000).toISOString();
  return (
    <time dateTime={stamp} title={exact ? ago(at, now.value) : moment(at)}>
      {exact ? moment(at) : ago(at, now.value)}
    </time>
  );
}
