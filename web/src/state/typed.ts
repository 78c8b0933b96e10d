// What is typed into a field that the address remembers: whoever follows a link or goes back sees in it what is shown.

import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/** The text of the field; `asked`: what the address says. */
export function useTyped(asked: string): Signal<string> {
  const text = useSignal(asked);
  useEffect(() => {
    text.value = asked;
  }, [asked]);
  return text;
}
