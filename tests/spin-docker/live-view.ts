// What is known of an engine's containers, kept fresh by its events.

import type { Engine, EngineContainer } from "../../src/services/engine/types.ts";

/** The containers of an engine. */
export interface LiveView {
  all(): Iterable<EngineContainer>;
  watch(listener: (id: string | undefined) => void): () => void;
  close(): Promise<void>;
}

/** Follows an engine until it is closed; an engine that goes away is asked again. */
export async function followEngine(engine: Engine): Promise<LiveView> {
  const containers = new Map<string, EngineContainer>();
  const listeners = new Set<(id: string | undefined) => void>();
  const end = new AbortController();
  const tell = (id: string | undefined) => {
    for (const listener of [...listeners]) listener(id);
  };
  const readAll = async () => {
    containers.clear();
    for (const one of await engine.containers({ all: true })) containers.set(one.id, one);
    tell(undefined);
  };
  const follow = async () => {
    while (!end.signal.aborted) {
      try {
        for await (const { kind, id } of engine.events({}, { signal: end.signal })) {
          if (kind !== "container") continue;
          const now = await engine.container(id);
          if (now) containers.set(id, now);
          else containers.delete(id);
          tell(id);
        }
      } catch {
        if (end.signal.aborted) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
        await readAll().catch(() => {});
      }
    }
  };
  await readAll();
  const following = follow();
  return {
    all: () => containers.values(),
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      end.abort();
      await following;
    },
  };
}
