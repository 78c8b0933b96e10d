// The way to the next page of a list.

import type { Pages } from "../state/pages-of.ts";
import { Button } from "./button.tsx";
import { Failure } from "./failure.tsx";

export function More<T>({ of, words = "Show older ones" }: { readonly of: Pages<T>; readonly words?: string }) {
  const { more, failure } = of;
  return (
    <>
      <Failure error={failure.value} />
      {more && <Button onPress={() => void more()}>{words}</Button>}
    </>
  );
}
