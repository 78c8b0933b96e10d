// The shape of a state. Says nothing by itself: a word stands beside it.

import type { Shape, Tone } from "../words/states.ts";

const PATHS: Readonly<Record<Shape, string>> = {
  disc: "M6 1.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9z",
  ring: "M6 1.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9zM6 3.2a2.8 2.8 0 1 0 0 5.6a2.8 2.8 0 0 0 0-5.6z",
  half: "M6 1.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9zM6 3v6a3 3 0 0 0 0-6z",
  triangle: "M6 1l5.2 9.5H.8zM5.3 4.4h1.4v3H5.3zM5.3 8.1h1.4v1.2H5.3z",
  cross: "M2.6 1.4L6 4.8l3.4-3.4 1.2 1.2L7.2 6l3.4 3.4-1.2 1.2L6 7.2l-3.4 3.4-1.2-1.2L4.8 6 1.4 2.6z",
  square: "M2 2h8v8H2z",
  moon: "M7.2 1.2A4.9 4.9 0 1 0 10.9 8 4.4 4.4 0 0 1 7.2 1.2z",
  bars: "M2.5 2h2.6v8H2.5zM6.9 2h2.6v8H6.9z",
  turn: "M6 1a5 5 0 0 1 4.6 3L12 3.4 11 7.2 7.4 5.6l1.5-.7A3.3 3.3 0 0 0 6 2.8 3.2 3.2 0 1 0 9.1 7l1.7.4A5 5 0 1 1 6 1z",
  tick: "M4.4 10.4L.9 6.9l1.3-1.3 2.2 2.2 5.4-5.6 1.3 1.3z",
};

export function Glyph({ shape, tone }: { readonly shape: Shape; readonly tone: Tone }) {
  return (
    <svg class={`glyph tone-${tone}`} viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" focusable="false">
      <path fill-rule="evenodd" d={PATHS[shape]} />
    </svg>
  );
}
