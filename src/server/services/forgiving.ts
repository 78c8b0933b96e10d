// Stacks as people change them: whoever starts, restarts or upgrades something has mended it, and the next who wants it need
// not wait out the pause after a wake that failed before.

import type { Stacks } from "../../services/stacks/types.ts";

/** The same stacks; `forgive` is told of each that somebody changed. */
export function forgiving(stacks: Stacks, forgive: (stack: string) => void): Stacks {
  const mends = async <T>(stack: string, begun: Promise<T>): Promise<T> => {
    const operation = await begun;
    forgive(stack);
    return operation;
  };
  return {
    ...stacks,
    up: (wish, ...more) => mends(wish.name, stacks.up(wish, ...more)),
    upgrade: (stack, ...more) => mends(stack, stacks.upgrade(stack, ...more)),
    rollback: (stack, ...more) => mends(stack, stacks.rollback(stack, ...more)),
    start: (stack, ...more) => mends(stack, stacks.start(stack, ...more)),
    restart: (stack, ...more) => mends(stack, stacks.restart(stack, ...more)),
  };
}
