// What workers report, written at most twice a second for each pull; the last word is always written. The answer to a
// report tells whether to go on.

import type { Progress, Status } from "../types.ts";
import { type Parts, passes, tellChanged } from "./parts.ts";

const BETWEEN_WRITES_MS = 500;

interface Report {
  readonly status: Status;
  readonly message: string;
  readonly progress: Progress;
}

/** The reports of one pull at work. */
interface Reports {
  status: Status | undefined;
  lastWrite: number;
  /** Not written yet. */
  pending: Report | undefined;
  timer: NodeJS.Timeout | undefined;
  /** Writes go one after the other. */
  writing: Promise<void>;
}

/** Writes the reports of this server's workers. */
export class ProgressWriter {
  readonly #parts: Parts;
  readonly #reports = new Map<string, Reports>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Takes a report. Cancelled: the worker is to stop. */
  async report(id: string, report: Report): Promise<{ readonly cancelled: boolean }> {
    const held = this.#parts.held.get(id);
    if (!held || held.stopped) return { cancelled: true };
    const reports = this.#of(id);
    reports.pending = report;
    const due = reports.lastWrite + BETWEEN_WRITES_MS - this.#parts.monotonic();
    // A database that is away must not end living work: the next report tries again.
    const later = (error: unknown) => {
      if (!passes(error)) throw error;
    };
    if (report.status !== reports.status || due <= 0) await this.#write(id, reports).catch(later);
    else reports.timer ??= setTimeout(() => void this.#write(id, reports).catch(() => {}), due).unref();
    return { cancelled: held.stopped };
  }

  /** Forgets what was not written: the pull ends, and its end is the last word. */
  async drop(id: string): Promise<void> {
    const reports = this.#reports.get(id);
    if (!reports) return;
    this.#reports.delete(id);
    clearTimeout(reports.timer);
    reports.pending = undefined;
    await reports.writing.catch(() => {});
  }

  async close(): Promise<void> {
    for (const id of [...this.#reports.keys()]) await this.drop(id);
  }

  #of(id: string): Reports {
    const known = this.#reports.get(id);
    if (known) return known;
    const made: Reports = {
      status: undefined,
      lastWrite: -Infinity,
      pending: undefined,
      timer: undefined,
      writing: Promise.resolve(),
    };
    this.#reports.set(id, made);
    return made;
  }

  async #write(id: string, reports: Reports): Promise<void> {
    clearTimeout(reports.timer);
    reports.timer = undefined;
    const before = reports.writing.catch(() => {});
    reports.writing = before.then(async () => {
      const report = reports.pending;
      if (!report) return;
      reports.pending = undefined;
      reports.status = report.status;
      reports.lastWrite = this.#parts.monotonic();
      await this.#store(id, report);
    });
    await reports.writing;
  }

  async #store(id: string, { status, message, progress }: Report): Promise<void> {
    const { store, server, now, held } = this.#parts;
    const row = await store.transaction(async (trx) => {
      const written = await trx
        .updateTable("pulls")
        .set({ status, status_message: message, progress: JSON.stringify(progress), heartbeat_at: now() })
        .where("id", "=", id)
        .where("server", "=", server)
        .where("finished_at", "is", null)
        .returning("cancelled")
        .executeTakeFirst();
      if (written) await tellChanged(store, trx, [id]);
      return written;
    });
    const mine = held.get(id);
    // No row: others took it for dead and put it back.
    if (mine && (!row || row.cancelled === 1)) mine.stopped = true;
  }
}
