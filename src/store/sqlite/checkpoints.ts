// Checkpoints in a thread of their own: carrying the log over into the file takes tens of milliseconds and waits for the
// disk, during which a server would answer nobody. Knows nothing of what is in the file.

import { Worker } from "node:worker_threads";
import type { SqliteFile } from "./connection.ts";

/** How often what was committed is brought to the disk: a loss of power loses no more. */
const PERIOD_MS = 1000;
/**
 * How many of those go by until the log is carried over. After that the next writer begins the log anew and waits for the
 * disk to have its head, some milliseconds during which a server answers nobody.
 */
const PERIODS = 5;
/** SQLite's own measure: pages in the log before the writer itself carries them over. */
const PAGES = 1000;

// As text, so that it needs no file of its own beside a bundled program. `passive` never makes anybody wait. SQLite locks
// the file and its `-shm`, never the log: who opens and closes that gives up nobody's lock.
const THREAD = `
const { closeSync, fdatasyncSync, openSync, statSync } = require("node:fs");
const { DatabaseSync } = require("node:sqlite");
const { workerData } = require("node:worker_threads");
const database = new DatabaseSync(workerData, { timeout: 0 });
let synced;
function sync(log) {
  const changed = statSync(log).mtimeMs;
  if (changed === synced) return;
  const file = openSync(log, "r");
  try {
    fdatasyncSync(file);
  } finally {
    closeSync(file);
  }
  synced = changed;
}
let period = 0;
setInterval(() => {
  try {
    if (++period % ${PERIODS} === 0) database.exec("pragma wal_checkpoint(passive)");
    else sync(workerData + "-wal");
  } catch {
    // Busy, or no log yet: the next one does it.
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
