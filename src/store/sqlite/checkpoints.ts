// Checkpoints in a thread of their own: carrying the log over into the file takes tens of milliseconds and waits for the
// disk, during which a server would answer nobody. Knows nothing of what is in the file.

import { Worker } from "node:worker_threads";
import type { SqliteFile } from "./connection.ts";

/** How often the log is carried over. */
const PERIOD_MS = 1000;
/** SQLite's own measure: pages in the log before the writer itself carries them over. */
const PAGES = 1000;

// As text, so that it needs no file of its own beside a bundled program. `passive` never makes anybody wait.
const THREAD = `
const { DatabaseSync } = require("node:sqlite");
const { workerData } = require("node:worker_threads");
const database = new DatabaseSync(workerData, { timeout: 0 });
setInterval(() => {
  try {
    database.exec("pragma wal_checkpoint(passive)");
  } catch {
    // Busy: the next one does it.
  }
}, ${PERIOD_MS});
`;

/** Takes the checkpoints of a file over from the connection that writes. Owns a thread. */
export class Checkpoints {
  readonly #worker: Worker;

  constructor(writer: SqliteFile) {
    this.#worker = new Worker(THREAD, { eval: true, workerData: writer.path, name: "checkpoints" });
    this.#worker.unref();
    const pages = (count: number) => writer.query({ sql: `pragma wal_autocheckpoint = ${count}`, parameters: [] });
    this.#worker.once("online", () => pages(0));
    // Without the thread the log would grow for ever.
    this.#worker.once("error", () => pages(PAGES));
  }

  async close(): Promise<void> {
    this.#worker.removeAllListeners();
    await this.#worker.terminate();
  }
}
