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
  /** When it was started last; anything that differs from run to run. */
  readonly run?: number | undefined;
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
const REMEMBERED = 1000;
const WARN_EVERY_MS = 60_000;

/** Begins to read. */
export function startCollector(parts: CollectorParts): Collector {
  return new Readers(parts);
}

class Readers implements Collector {
  readonly #parts: CollectorParts;
  readonly #logs = new Map<string, { users: number; readonly opening: Promise<ServiceLog> }>();
  readonly #opened = new Map<string, ServiceLog>();
  /** Being closed: whoever opens it again waits. */
  readonly #closing = new Map<string, Promise<void>>();
  readonly #following = new Map<string, Promise<void>>();
  /** Runs that were read to their end. */
  readonly #ended = new Map<string, number | undefined>();
  /** Containers that ended before anybody read them: while the server was away, or in a moment. One after the other. */
  readonly #late = new Map<string, LoggedContainer>();
  #catchingUp: Promise<void> | undefined;
  #reading: string | undefined;
  #again = false;
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
    await Promise.allSettled([...this.#following.values(), this.#catchingUp]);
    await Promise.allSettled(this.#closing.values());
  }

  #look(): void {
    const all = this.#parts.containers.all();
    for (const container of all) {
      const { id, running, run } = container;
      if (this.#following.has(id)) {
        // It was started again while its past is read.
        if (running && id === this.#reading) this.#again = true;
        continue;
      }
      if (running) this.#begin(container);
      else if (!this.#ended.has(id) || this.#ended.get(id) !== run) this.#late.set(id, container);
    }
    if (this.#ended.size > 2 * all.length + REMEMBERED) this.#forget(new Set(all.map(({ id }) => id)));
    if (this.#late.size > 0) this.#catchingUp ??= this.#catchUp();
  }

  #begin(container: LoggedContainer): Promise<void> {
    this.#late.delete(container.id);
    const done = this.#follow(container).finally(() => this.#following.delete(container.id));
    this.#following.set(container.id, done);
    return done;
  }

  async #catchUp(): Promise<void> {
    for (let [next] = this.#late.values(); next && !this.#stop.signal.aborted; [next] = this.#late.values()) {
      this.#reading = next.id;
      await this.#begin(next);
      this.#reading = undefined;
      if (this.#again) this.#look();
      this.#again = false;
    }
    this.#catchingUp = undefined;
  }

  #forget(there: ReadonlySet<string>): void {
    for (const id of this.#ended.keys()) if (!there.has(id)) this.#ended.delete(id);
  }

  #find(wanted: string): LoggedContainer | undefined {
    return this.#parts.containers.all().find(({ id }) => id === wanted);
  }

  // Ends when the container does. Its last words are in the engine's answer, so nothing is missed.
  async #follow(container: LoggedContainer): Promise<void> {
    const { signal } = this.#stop;
    const { id, stack, service } = container;
    try {
      const log = await this.#take(stack, service);
      try {
        await this.#followInto(container, log, signal);
      } finally {
        this.#giveBack(stack, service, log);
      }
    } catch (error) {
      if (!signal.aborted) this.#parts.log.warn(`the output of ${stack}/${service} is not kept: ${String(error)}`);
    }
    this.#ended.set(id, (container.running ? this.#find(id) : container)?.run);
  }

  async #followInto(container: LoggedContainer, log: ServiceLog, signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#read(container, log, signal).catch(() => undefined);
      if (signal.aborted || !container.running || !this.#find(container.id)?.running) return;
      // The engine went away, or the container is starting again.
      await wait(AGAIN_MS, undefined, { signal });
    }
  }

  async #read(
    { id, stack, service, slot, running }: LoggedContainer,
    log: ServiceLog,
    signal: AbortSignal,
  ): Promise<void> {
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
    const options = { follow: running, ...(since === undefined ? {} : { since }) };
    for await (const chunk of this.#parts.engine.logs(id, options, { signal })) keep(joiner.add(chunk));
    keep(joiner.rest());
  }

  #take(stack: string, service: string): Promise<ServiceLog> {
    const key = `${stack}/${service}`;
    const known = this.#logs.get(key);
    if (known) {
      known.users += 1;
      return known.opening;
    }
    const { folder, keepBytes } = this.#parts;
    const opening = (this.#closing.get(key) ?? Promise.resolve()).then(() =>
      openServiceLog(join(folder, stack, service), keepBytes(), (lines, why) => this.#onLost(lines, why)),
    );
    this.#logs.set(key, { users: 1, opening });
    opening.then(
      (log) => this.#opened.set(key, log),
      () => this.#logs.delete(key),
    );
    return opening;
  }

  // Nobody says anything there any more: it holds no file, which may be removed and made anew.
  #giveBack(stack: string, service: string, log: ServiceLog): void {
    const key = `${stack}/${service}`;
    const known = this.#logs.get(key);
    if (!known) return;
    known.users -= 1;
    if (known.users > 0) return;
    this.#logs.delete(key);
    this.#opened.delete(key);
    const closed = log
      .close()
      .catch((error: unknown) => this.#onLost(0, error))
      .finally(() => {
        if (this.#closing.get(key) === closed) this.#closing.delete(key);
      });
    this.#closing.set(key, closed);
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
  for await (const line of readBackward(log.folder, undefined, ` ${container} `))
    if (line.container === container) return line.stamp;
  return undefined;
}

/** With nine digits and in UTC, whichever engine made it. */
export function evenStamp(stamp: string): string {
  const [, whole, fraction = "", zone] = /^(.{19})(?:\.(\d+))?(.*)$/.exec(stamp) ?? [];
  if (whole === undefined) return stamp;
  const utc = zone === "Z" ? whole : new Date(`${whole}${zone}`).toISOString().slice(0, 19);
  return `${utc}.${fraction.padEnd(9, "0").slice(0, 9)}Z`;
}
