// An operation as those hear it who follow: what is recorded of it, then what is told live, to its end.

import type { StepReport } from "../types.ts";
import type { Told } from "./news.ts";
import { readOperation } from "./operations.ts";
import type { Room } from "./parts.ts";
import type { Advance, Phase } from "./types.ts";

/** Who hears more slowly than steps are reported loses the beginnings of steps, never their ends. */
const MAX_QUEUE = 1_000;

/** @throws E_STACK_NO_OPERATION */
export async function* follow(room: Room, id: string, signal: AbortSignal): AsyncGenerator<Advance> {
  const queue: Told[] = [];
  let missed = true;
  let wake: () => void = () => {};
  const end = room.news.watch((told) => {
    if (told === undefined) missed = true;
    else if (told.operation === id && queue.push(told) > MAX_QUEUE) {
      queue.length = 0;
      missed = true;
    }
    wake();
  });
  const stop = () => wake();
  signal.addEventListener("abort", stop);
  try {
    await readOperation(room.store.db, id);
    for (let last = 0; !signal.aborted; ) {
      const news = missed ? await recorded(room, id, last) : queue.splice(0);
      missed = false;
      for (const told of news) {
        if (told.id > 0 && told.id <= last) continue;
        last = Math.max(last, told.id);
        const advance = advanceOf(told);
        if (advance) yield advance;
      }
      const operation = await readOperation(room.store.db, id);
      if (operation.state !== "under way") {
        for (const told of await recorded(room, id, last)) {
          const advance = advanceOf(told);
          if (advance) yield advance;
        }
        yield { kind: "end", operation };
        return;
      }
      if (queue.length === 0 && !missed)
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (signal.aborted) resolve();
        });
    }
  } finally {
    end();
    signal.removeEventListener("abort", stop);
  }
}

async function recorded({ store }: Room, id: string, after: number): Promise<readonly Told[]> {
  const rows = await store.db
    .selectFrom("stack_events")
    .selectAll()
    .where("operation", "=", id)
    .where("id", ">", after)
    .orderBy("id")
    .execute();
  return rows.map((row) => ({
    ...{ id: Number(row.id), at: row.at, stack: row.stack, kind: row.kind, message: row.message },
    service: row.service ?? undefined,
    by: row.by_user ?? undefined,
    operation: row.operation ?? undefined,
    detail: row.detail ?? undefined,
  }));
}

function advanceOf({ kind, at, detail }: Told): Advance | undefined {
  if (detail === undefined) return undefined;
  const told: unknown = JSON.parse(detail);
  if (kind === "step") return { kind: "step", report: told as StepReport, at };
  if (kind === "phase") return { kind: "phase", phase: (told as { readonly phase: Phase }).phase, at };
  return undefined;
}
