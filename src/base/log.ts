// What berth tells a person while it works. The rooms speak through this port; the command line, a server or a test
// decides where the words go. Standard output belongs to results and to the payload: a Log never writes there.

export interface Log {
  /** Something worth knowing that needs no action. */
  info(text: string): void;
  /** Something that may surprise; the work goes on. */
  warn(text: string): void;
  /** For the one who looks for a fault (`--debug`). */
  debug(text: string): void;
}

/** A log that keeps quiet. */
export const silent: Log = { info() {}, warn() {}, debug() {} };

/** A running piece of work whose advance can be shown (bytes of one layer, of a conversion). */
export interface Task {
  /** Adds to the bytes done. */
  advance(bytes: number): void;
  /** Ends the task; `note` replaces the figures (for example "cached"). */
  done(note?: string): void;
}

/** Where tasks announce themselves. */
export interface Progress {
  /** Starts a task; `total` in bytes, when known. */
  start(label: string, total?: number): Task;
}

/** Progress that nobody watches. */
export const unwatched: Progress = { start: () => ({ advance() {}, done() {} }) };
