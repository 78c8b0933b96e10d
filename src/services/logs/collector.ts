// Reads the output of every container of ours as it comes, keeps it by service, and gives it to those who listen. It takes
// up each container where it stopped before; what the engine has thrown away meanwhile is lost.

import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "../../base/log.ts";
import type { LogChunk } from "../engine/types.ts";
import { LineJoiner } from "./join-lines.ts";
import { openServiceLog, readBackward, type ServiceLog } from "./service-log.ts";
import type { StoredLine } from "./stored-line.ts";

/** A container whose output is kept. */
export interface LoggedContainer {
  readonly id: string;
  readonly stack: string;
  readonly service: string;
  readonly slot: number;
  readonly running: boolean;
}

/** A line as those who listen get it. */
export interface HeardLine {
  readonly stack: string;
  readonly service: string;
  readonly line: StoredLine;
}

export interface CollectorParts {
  /** Below it: `STACK/SERVICE/`. */
  readonly folder: string;
  readonly keepBytes: () => number;
  readonly containers: {
    all(): readonly LoggedContainer[];
    /** Calls back whenever some of them changed. The answer ends it. */
    watch(listener: () => void): () => void;
  };
  readonly engine: {
    logs(
      id: string,
      options: { readonly follow?: boolean; readonly since?: number },
      wait?: { readonly signal?: AbortSignal | undefined },
    ): AsyncIterable<LogChunk>;
  };
  readonly log: Pick<Log, "warn">;
}

export interface Collector {
  /** The open output of a service, when there is one. */
  open(stack: string, service: string): ServiceLog | undefined;
  listen(listener: (heard: HeardLine) => void): () => void;
  close(): Promise<void>;
}

const AGAIN_MS = 2000;
const WARN_EVERY_MS = 60_000;

/** Begins to read. */
export function startCollector(parts: CollectorParts): Collector {
  return new Readers(parts);
}

class Readers implements Collector {
  readonly #parts: CollectorParts;
  readonly #logs = new Map<string, Promise<ServiceLog>>();
  readonly #opened = new Map<string, ServiceLog>();
  readonly #following = new Map<string, Promise<void>>();
  readonly #listeners = new Set<(heard: HeardLine) => void>();
  readonly #stop = new AbortController();
  readonly #unwatch: () => void;
  readonly #lost = { lines: 0, warnedAt: 0 };

  constructor(parts: CollectorParts) {
    this.#parts = parts;
    this.#unwatch = parts.containers.watch(() => this.#look());
    this.#look();
  }

  open(stack: string, service: string): ServiceLog | undefined {
    return this.#opened.get(`${stack}/${service}`);
  }

  listen(listener: (heard: HeardLine) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#unwatch();
    this.#stop.abort();
    await Promise.allSettled(this.#following.values());
    for (const log of this.#opened.values()) await log.close();
  }

  #look(): void {
    for (const container of this.#parts.containers.all()) {
      if (!container.running || this.#following.has(container.id)) continue;
      const done = this.#follow(container).finally(() => this.#following.delete(container.id));
      this.#following.set(container.id, done);
    }
  }

  // Ends when the container does. Its last words are in the engine's answer, so nothing is missed.
  async #follow(container: LoggedContainer): Promise<void> {
    const { signal } = this.#stop;
    const { stack, service } = container;
    try {
      const log = await this.#logOf(stack, service);
      for (;;) {
        const ended = await this.#read(container, log, signal).then(
          () => true,
          () => false,
        );
        const still = this.#parts.containers.all().find(({ id }) => id === container.id)?.running ?? false;
        if (signal.aborted || (ended && !still) || !still) return;
        // The engine went away, or the container is starting again.
        await wait(AGAIN_MS, undefined, { signal });
      }
    } catch (error) {
      if (!signal.aborted) this.#parts.log.warn(`the output of ${stack}/${service} is not kept: ${String(error)}`);
    }
  }

  async #read({ id, stack, service, slot }: LoggedContainer, log: ServiceLog, signal: AbortSignal): Promise<void> {
    const container = id.slice(0, 12);
    const last = await lastStamp(log, container);
    const since = last === undefined ? undefined : Date.parse(last) / 1000;
    const joiner = new LineJoiner();
    const keep = (lines: ReturnType<LineJoiner["add"]>) => {
      for (const { stream, stamp, text } of lines) {
        const line = { stamp: evenStamp(stamp), stream, slot, container, text };
        // The engine counts in nanoseconds, and we ask in milliseconds.
        if (last !== undefined && line.stamp <= last) continue;
        log.append(line);
        for (const listener of this.#listeners) listener({ stack, service, line });
      }
    };
    const options = { follow: true, ...(since === undefined ? {} : { since }) };
    for await (const chunk of this.#parts.engine.logs(id, options, { signal })) keep(joiner.add(chunk));
    keep(joiner.rest());
  }

  #logOf(stack: string, service: string): Promise<ServiceLog> {
    const key = `${stack}/${service}`;
    const known = this.#logs.get(key);
    if (known) return known;
    const { folder, keepBytes } = this.#parts;
    const opening = openServiceLog(join(folder, stack, service), keepBytes(), (lines, why) => this.#onLost(lines, why));
    this.#logs.set(key, opening);
    opening.then(
      (log) => this.#opened.set(key, log),
      () => this.#logs.delete(key),
    );
    return opening;
  }

  // One line a minute, however much is lost.
  #onLost(lines: number, why: unknown): void {
    this.#lost.lines += lines;
    const at = performance.now();
    if (this.#lost.warnedAt > 0 && at - this.#lost.warnedAt < WARN_EVERY_MS) return;
    this.#parts.log.warn(`${this.#lost.lines} lines of output could not be kept: ${String(why)}`);
    this.#lost.lines = 0;
    this.#lost.warnedAt = at;
  }
}

async function lastStamp(log: ServiceLog, container: string): Promise<string | undefined> {
  await log.flush();
  for await (const line of readBackward(log.folder)) if (line.container === container) return line.stamp;
  return undefined;
}

/** With nine digits and in UTC, whichever engine made it. */
export function evenStamp(stamp: string): string {
  const [, whole, fraction = "", zone] = /^(.{19})(?:\.(\d+))?(.*)$/.exec(stamp) ?? [];
  if (whole === undefined) return stamp;
  const utc = zone === "Z" ? whole : new Date(`${whole}${zone}`).toISOString().slice(0, 19);
  return `${utc}.${fraction.padEnd(9, "0").slice(0, 9)}Z`;
}
