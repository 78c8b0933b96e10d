// Two connections made one: bytes go both ways at the pace of the slower side, an end is passed on, a break breaks both.

import type { Duplex } from "node:stream";

/** What is seen of it. */
export interface JoinEvents {
  /** Bytes from `a` to `b` (`up`), or back. */
  onBytes(direction: "up" | "down", bytes: number): void;
  /** Once, when both are closed. */
  onClose(): void;
}

/** What is on its way when one side has closed gets so long to arrive. */
const LINGER_MS = 10_000;

/** Joins `a` and `b`. */
export function join(a: Duplex, b: Duplex, { onBytes, onClose }: JoinEvents): void {
  let open = 2;
  for (const [from, to, direction] of [
    [a, b, "up"],
    [b, a, "down"],
  ] as const) {
    from.on("data", (piece: Buffer) => onBytes(direction, piece.length));
    from.on("error", () => to.destroy());
    from.once("close", () => {
      // Broken off in the middle: the other side must not wait for what never comes. After a proper end it may still speak.
      if (!from.readableEnded) to.destroy();
      else setTimeout(() => to.destroy(), LINGER_MS).unref();
      if (--open === 0) onClose();
    });
    from.pipe(to);
  }
}
