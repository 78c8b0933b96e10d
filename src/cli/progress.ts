// Progress on standard error: one line per running task on a terminal, redrawn ten times a second; plain lines when a
// task ends otherwise, so that the log of a batch job stays readable.

import type { Log, Progress, Task } from "../base/log.ts";
import { formatSize } from "../base/size.ts";

const REDRAW_MS = 100;

interface Row {
  readonly label: string;
  readonly total: number | undefined;
  readonly started: number;
  done: number;
}

interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** The display for a stream; terminals that cannot redraw (`TERM=dumb`) get plain lines. */
export function terminalProgress(screen: Screen, log: Log): Progress {
  return screen.isTTY && process.env["TERM"] !== "dumb" ? liveProgress(screen) : plainProgress(log);
}

function plainProgress(log: Log): Progress {
  return {
    start(label, total) {
      const row: Row = { label, total, started: performance.now(), done: 0 };
      return {
        advance(bytes) {
          row.done += bytes;
        },
        done: (note) => log.info(`${label}: ${note ?? summary(row)}`),
      };
    },
  };
}

function liveProgress(screen: Screen): Progress {
  const rows: Row[] = [];
  let drawn = 0;
  let timer: NodeJS.Timeout | undefined;

  const erase = (): string => (drawn === 0 ? "" : `\x1b[${drawn}A\x1b[J`);
  const draw = (): void => {
    const width = (screen.columns ?? 80) - 1;
    screen.write(erase() + rows.map((row) => `${running(row, width)}\n`).join(""));
    drawn = rows.length;
  };
  const finish = (row: Row, note: string | undefined): void => {
    const index = rows.indexOf(row);
    if (index < 0) return;
    rows.splice(index, 1);
    screen.write(`${erase()}${row.label.padEnd(24)} ${note ?? summary(row)}\n`);
    drawn = 0;
    draw();
    if (rows.length === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
  return {
    start(label, total): Task {
      const row: Row = { label, total, started: performance.now(), done: 0 };
      rows.push(row);
      // The timer must not keep a finished process alive.
      timer ??= setInterval(draw, REDRAW_MS).unref();
      return {
        advance(bytes) {
          row.done += bytes;
        },
        done: (note) => finish(row, note),
      };
    },
  };
}

function running(row: Row, width: number): string {
  const label = row.label.padEnd(24);
  const figures = row.total ? `${formatSize(row.done)} of ${formatSize(row.total)}` : formatSize(row.done);
  const rate = `${formatSize(Math.round(row.done / elapsed(row)))}/s`;
  if (!row.total) return `${label} ${figures}  ${rate}`.slice(0, width);
  const cells = Math.max(0, Math.min(30, width - label.length - figures.length - rate.length - 7));
  const filled = Math.round(Math.min(1, row.done / row.total) * cells);
  const bar = cells < 5 ? "" : ` [${"#".repeat(filled)}${"-".repeat(cells - filled)}]`;
  return `${label}${bar} ${figures}  ${rate}`.slice(0, width);
}

function summary(row: Row): string {
  const seconds = elapsed(row);
  return `${formatSize(row.done)} in ${seconds.toFixed(1)} s (${formatSize(Math.round(row.done / seconds))}/s)`;
}

function elapsed(row: Row): number {
  return Math.max(0.001, (performance.now() - row.started) / 1000);
}
