// An operation as those hear it who follow: what is recorded of it, then what is told live, to its end.

import type { StepReport } from "../types.ts";
import type { Told } from "./news.ts";
import { readOperation } from "./operations.ts";
import type { Room } from "./parts.ts";
import type { Advance, Operation, Phase } from "./types.ts";

/** Who hears more slowly than steps are reported loses the beginnings of steps, never their ends. */
const MAX_QUEUE = 1_000;

/** @throws E_STACK_NO_OPERATION */
export async function* follow(room: Room, id: string, signal: AbortSignal): AsyncGenerator<Advance> {
  const ear = new Ear(room, id, signal);
  try {
    for (let last = 0; !signal.aborted; ) {
      // Before the news are read: what is recorded until the end is in them then.
      const operation = await readOperation(room.store.db, id);
      const over = operation.state !== "under way";
      for (const told of over || ear.missed() ? await recorded(room, id, last) : ear.take()) {
        if (told.id > 0 && told.id <= last) continue;
        last = Math.max(last, told.id);
        const advance = advanceOf(told);
        if (advance) yield advance;
      }
      if (over) {
        yield { kind: "end", operation };
        return;
      }
      await ear.wait();
    }
  } finally {
    ear.close();
  }
}

/** Waits for its end, on whichever server. Answers how it was last when the signal came before. @throws E_STACK_NO_OPERATION */
export async function endOf(room: Room, id: string, signal: AbortSignal): Promise<Operation> {
  for await (const advance of follow(room, id, signal)) if (advance.kind === "end") return advance.operation;
  return readOperation(room.store.db, id);
}

/** Gathers what is told of one operation. */
class Ear {
  readonly #queue: Told[] = [];
  readonly #signal: AbortSignal;
  readonly #unwatch: () => void;
  #missed = true;
  #wake: () => void = () => {};

  constructor(room: Room, id: string, signal: AbortSignal) {
    this.#signal = signal;
    this.#unwatch = room.news.watch((told) => {
      if (told !== undefined && told.operation !== id) return;
      if (told === undefined) this.#missed = true;
      else if (this.#queue.push(told) > MAX_QUEUE) {
        this.#queue.length = 0;
        this.#missed = true;
      }
      this.#wake();
    });
    signal.addEventListener("abort", this.#stop);
  }

  readonly #stop = () => this.#wake();

  /** True once after something may have been missed; what is in the queue is recorded, too, then. */
  missed(): boolean {
    const missed = this.#missed;
    this.#missed = false;
    return missed;
  }

  take(): readonly Told[] {
    return this.#queue.splice(0);
  }

  wait(): Promise<void> {
    if (this.#signal.aborted || this.#missed || this.#queue.length > 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  close(): void {
    this.#unwatch();
    this.#signal.removeEventListener("abort", this.#stop);
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
