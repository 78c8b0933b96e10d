// An operation while it is carried out: its record, and the reports of its steps on their way into the history.

import type { Transaction } from "kysely";
import type { Tables } from "../../store/schema.ts";
import type { DesiredStack, ObservedStack, StackPlan, StepReport } from "../types.ts";
import type { NewEvent } from "./news.ts";
import { type OperationArguments, type OperationRow, setPhase } from "./operations.ts";
import type { Room } from "./parts.ts";
import type { Operation, Phase } from "./types.ts";

/** How an operation ends; `settle` is part of the transaction that ends it. */
export interface Outcome {
  readonly state: Exclude<Operation["state"], "under way">;
  readonly message?: string | undefined;
  readonly settle?: ((trx: Transaction<Tables>) => Promise<void>) | undefined;
}

/** Carries steps out for one operation. */
export class Doing {
  readonly room: Room;
  readonly row: OperationRow;
  readonly signal: AbortSignal;
  readonly arguments: OperationArguments;
  /** The last step that failed. */
  failed: StepReport | undefined;
  #reports: Promise<void> = Promise.resolve();

  constructor(room: Room, row: OperationRow, signal: AbortSignal) {
    this.room = room;
    this.row = row;
    this.signal = signal;
    this.arguments = JSON.parse(row.arguments);
  }

  /** What there is of the stack now. */
  async observe(): Promise<ObservedStack> {
    const [observed] = await this.room.driver.observe(this.row.stack, this.signal);
    return observed ?? { name: this.row.stack, containers: [], networks: [], volumes: [] };
  }

  /** Carries the plan out. @throws what the driver throws */
  async apply(plan: StackPlan, desired: DesiredStack | undefined): Promise<void> {
    this.failed = undefined;
    try {
      await this.room.driver.apply(plan, desired, { signal: this.signal, onStep: (report) => this.#report(report) });
    } finally {
      await this.#reports;
    }
  }

  /** Says, for good, how far it is. */
  async enter(phase: Phase): Promise<void> {
    await setPhase(this.room.store.db, this.row.id, phase);
    await this.note({ kind: "phase", message: phase, detail: JSON.stringify({ phase }) });
  }

  /** Records an event of this operation. */
  note(event: Pick<NewEvent, "kind" | "message" | "service" | "detail">): Promise<void> {
    return this.room.news.note(this.#eventOf(event));
  }

  #eventOf(event: Pick<NewEvent, "kind" | "message" | "service" | "detail">): NewEvent {
    return { ...event, stack: this.row.stack, by: this.row.by_user, operation: this.row.id };
  }

  // One after the other, so that the history has them in their order. A lost report stops no operation.
  #report(report: StepReport): void {
    const { step, state } = report;
    if (state === "failed") this.failed = report;
    if (step.action === "keep") return;
    const words = `${step.action} ${step.target}${report.detail === undefined ? "" : `: ${report.detail}`}`;
    const event = this.#eventOf({
      kind: "step",
      service: step.service,
      message: state === "done" ? words : `${words} (${state})`,
      detail: JSON.stringify(report),
    });
    const { news, log } = this.room;
    this.#reports = this.#reports
      .then(() => (state === "begun" ? news.tell(event) : news.note(event)))
      .catch((error: unknown) => log.debug(`a step of ${this.row.stack} was not recorded: ${String(error)}`));
  }
}
