// Notices when the machine's clock was set. Collecting removes what is old, and a clock that jumps ahead makes everything
// old at once; so for a while nothing is believed.

/** Times of a machine. */
export interface Clocks {
  /** Seconds since 1970. */
  readonly now: () => number;
  /** Seconds since some moment; nobody sets this one. */
  readonly monotonic: () => number;
}

/** Larger steps are no correction of a clock that runs a little wrong. */
const STEP = 300;
/** Seconds after which a new time is believed. */
const SETTLE = 6 * 3600;

/** Asks whether times can be believed: seconds by which the clock was set lately, 0 when it was not. */
export function steadyClock({ now, monotonic }: Clocks): () => number {
  let offset = now() - monotonic();
  let jump = { by: 0, at: Number.NEGATIVE_INFINITY };
  return () => {
    const moved = now() - monotonic() - offset;
    if (Math.abs(moved) > STEP) {
      offset += moved;
      // Set back to where it was: the first jump is undone.
      const total = jump.by + moved;
      jump = { by: Math.abs(total) > STEP ? total : 0, at: monotonic() };
    }
    return monotonic() - jump.at < SETTLE ? jump.by : 0;
  };
}
