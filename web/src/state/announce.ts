// What a screen reader says although nothing there has the focus: one sentence at a time, and never twice the same in a row.

import { signal } from "@preact/signals";

/** What stands in the live region. */
export const announced = signal("");

let clearing: ReturnType<typeof setTimeout> | undefined;

/** Says it once. */
export function announce(sentence: string): void {
  announced.value = sentence;
  clearTimeout(clearing);
  clearing = setTimeout(() => {
    announced.value = "";
  }, 5000);
}
