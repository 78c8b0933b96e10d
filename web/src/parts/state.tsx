// A state: its shape and its word.

import type { Shown } from "../words/states.ts";
import { Glyph } from "./glyph.tsx";

export function State({ shown }: { readonly shown: Shown }) {
  return (
    <span class={`state tone-${shown.tone}`}>
      <Glyph shape={shown.shape} tone={shown.tone} />
      <span>{shown.label}</span>
    </span>
  );
}
