// What containers said, as people ask for it: the last lines, lines since then, live, or lines with some words in them; of a
// stack or of all of it, also of containers that are gone. Asks no engine.

import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { LogLine, LogOptions } from "../types.ts";
import type { Collector, HeardLine } from "./collector.ts";
import { readBackward } from "./service-log.ts";
import { type StoredLine, toLogLine } from "./stored-line.ts";

export interface LogWish extends LogOptions {
  /** Undefined: all that said something. */
  readonly services?: readonly string[] | undefined;
  readonly slot?: number | undefined;
}

export interface LogQuestion {
  /** Part of a line, in whatever case. */
  readonly text: string;
  /** Which to look into. */
  readonly stacks: readonly string[];
  readonly service?: string | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly limit: number;
}

export interface LogBook {
  /** Oldest first; with `follow` it goes on until the signal comes. */
  read(stack: string, wish: LogWish, signal?: AbortSignal): AsyncGenerator<LogLine>;
  /** Newest first. `cut`: there are more. */
  search(
    question: LogQuestion,
    signal?: AbortSignal,
  ): Promise<{ readonly items: readonly (LogLine & { readonly stack: string })[]; readonly cut: boolean }>;
  /** Removes what was said in stacks that are not among these and did not speak for so long. */
  forget(living: ReadonlySet<string>, olderThanSeconds: number): Promise<void>;
}

export interface LogBookParts {
  readonly folder: string;
  readonly collector: Pick<Collector, "open" | "listen">;
  /** Seconds since 1970. */
  readonly now: () => number;
}

/** Without `tail` and `since` nobody means a month of output. */
const LINES = 10_000;
/** Who reads so slowly that this many lines, or letters, wait for him is cut off. */
const BEHIND = 50_000;
const BEHIND_LETTERS = 8 * 1024 * 1024;
/** Letters that one search looks at; then it answers what it has. */
const SEARCHED_LETTERS = 128 * 1024 * 1024;

/** The book over a collector's folder. */
export function logBook(parts: LogBookParts): LogBook {
  return {
    read: (stack, wish, signal) => read(parts, stack, wish, signal),
    search: (question, signal) => search(parts, question, signal),
    forget: (living, seconds) => forget(parts, living, seconds),
  };
}

async function* read(
  parts: LogBookParts,
  stack: string,
  wish: LogWish,
  signal: AbortSignal | undefined,
): AsyncGenerator<LogLine> {
  const { collector, folder } = parts;
  const heard = new Heard(
    ({ stack: of, service, line }) => of === stack && wantsService(wish, service) && wants(wish, line),
  );
  // What is said from here on is heard; what was said before is read up to here: nothing is missed, nothing comes twice.
  const end = wish.follow ? collector.listen((line) => heard.add(line)) : () => {};
  try {
    const services = await servicesOf(folder, stack, wish);
    // Between here and the marks nothing else runs.
    heard.drop(services);
    const until = services.map((service) => {
      const log = collector.open(stack, service);
      return { service, end: log?.end, flushed: log?.flush() };
    });
    await Promise.all(until.map(({ flushed }) => flushed));
    yield* await storedLines(parts, stack, wish, until);
    if (wish.follow && signal) yield* heard.lines(signal);
  } finally {
    end();
  }
}

/** Lines that were heard and wait to be read. */
class Heard {
  readonly #wanted: (heard: HeardLine) => boolean;
  #waiting: HeardLine[] = [];
  #letters = 0;
  #wake: () => void = () => {};

  constructor(wanted: (heard: HeardLine) => boolean) {
    this.#wanted = wanted;
  }

  add(heard: HeardLine): void {
    if (this.#isBehind || !this.#wanted(heard)) return;
    this.#waiting.push(heard);
    this.#letters += heard.line.text.length;
    this.#wake();
  }

  /** What was heard of these so far is read elsewhere. */
  drop(services: readonly string[]): void {
    this.#waiting = this.#waiting.filter(({ service }) => !services.includes(service));
    this.#letters = this.#waiting.reduce((sum, { line }) => sum + line.text.length, 0);
  }

  async *lines(signal: AbortSignal): AsyncGenerator<LogLine> {
    signal.addEventListener("abort", () => this.#wake(), { once: true });
    while (!signal.aborted && !this.#isBehind) {
      const lines = this.#waiting;
      this.#waiting = [];
      this.#letters = 0;
      for (const { service, line } of lines) yield toLogLine(line, service);
      if (this.#waiting.length === 0 && !signal.aborted) await this.#more();
    }
  }

  get #isBehind(): boolean {
    return this.#waiting.length > BEHIND || this.#letters > BEHIND_LETTERS;
  }

  #more(): Promise<void> {
    return new Promise((wake) => {
      this.#wake = wake;
    });
  }
}

interface Ended {
  readonly service: string;
  readonly end: { readonly file: number; readonly offset: number } | undefined;
}

async function storedLines(
  { folder }: LogBookParts,
  stack: string,
  wish: LogWish,
  services: readonly Ended[],
): Promise<readonly LogLine[]> {
  const limit = wish.tail ?? LINES;
  const found: { readonly service: string; readonly line: StoredLine }[] = [];
  for (const { service, end } of services) {
    let taken = 0;
    for await (const line of readBackward(join(folder, stack, service), end)) {
      if (taken >= limit || (wish.since !== undefined && isBefore(line, wish.since))) break;
      if (!wants(wish, line)) continue;
      found.push({ service, line });
      taken += 1;
    }
  }
  found.sort((a, b) => (a.line.stamp < b.line.stamp ? -1 : a.line.stamp > b.line.stamp ? 1 : 0));
  return found.slice(Math.max(0, found.length - limit)).map(({ service, line }) => toLogLine(line, service));
}

async function search(
  { folder, collector }: LogBookParts,
  { text, stacks, service, since, until, limit }: LogQuestion,
  signal: AbortSignal | undefined,
): ReturnType<LogBook["search"]> {
  const needle = text.toLowerCase();
  const newest = new Newest(limit);
  let left = SEARCHED_LETTERS;
  for (const stack of stacks) {
    for (const name of await servicesOf(folder, stack, { services: service === undefined ? undefined : [service] })) {
      signal?.throwIfAborted();
      await collector.open(stack, name)?.flush();
      for await (const line of readBackward(join(folder, stack, name))) {
        left -= line.text.length + STAMP_LETTERS;
        if (left < 0) return { items: newest.items(), cut: true };
        if (newest.isTooOld(line) || (since !== undefined && isBefore(line, since))) break;
        if (wants({ until }, line) && line.text.toLowerCase().includes(needle))
          newest.add({ stack, service: name, line });
      }
    }
  }
  const items = newest.items();
  return { items, cut: newest.cut };
}

const STAMP_LETTERS = 48;

/** The newest lines of many, no more of them in memory than twice as many as wanted. */
class Newest {
  readonly #limit: number;
  #found: HeardLine[] = [];
  /** Older ones are not wanted any more. */
  #oldest = "";
  cut = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  isTooOld({ stamp }: StoredLine): boolean {
    return stamp < this.#oldest;
  }

  add(heard: HeardLine): void {
    this.#found.push(heard);
    if (this.#found.length > 2 * this.#limit) this.#sort();
  }

  items(): readonly (LogLine & { readonly stack: string })[] {
    this.#sort();
    return this.#found.map(({ stack, service, line }) => ({ ...toLogLine(line, service), stack }));
  }

  #sort(): void {
    this.#found.sort((a, b) => (a.line.stamp < b.line.stamp ? 1 : a.line.stamp > b.line.stamp ? -1 : 0));
    if (this.#found.length <= this.#limit) return;
    this.cut = true;
    this.#found = this.#found.slice(0, this.#limit);
    this.#oldest = this.#found.at(-1)?.line.stamp ?? "";
  }
}

async function servicesOf(folder: string, stack: string, wish: Pick<LogWish, "services">): Promise<readonly string[]> {
  // A name that is none must not lead elsewhere.
  if (!NAME.test(stack)) return [];
  const names = await readdir(join(folder, stack)).catch(() => []);
  return names.filter((name) => NAME.test(name) && wantsService(wish, name)).sort();
}

const NAME = /^[a-z0-9][a-z0-9._-]{0,127}$/i;

async function forget({ folder, now }: LogBookParts, living: ReadonlySet<string>, seconds: number): Promise<void> {
  for (const stack of await readdir(folder).catch(() => [])) {
    if (living.has(stack)) continue;
    const spoke = await Promise.all(
      (await servicesOf(folder, stack, {})).map(async (service) => lastChange(join(folder, stack, service))),
    );
    if (Math.max(0, ...spoke) < now() - seconds) await rm(join(folder, stack), { recursive: true, force: true });
  }
}

async function lastChange(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const times = await Promise.all(
    names.map(async (name) => (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs),
  );
  return Math.max(0, ...times.map((time) => time ?? 0)) / 1000;
}

function wantsService({ services }: Pick<LogWish, "services">, service: string): boolean {
  return services === undefined || services.includes(service);
}

function wants({ streams, slot, since, until }: LogWish, line: StoredLine): boolean {
  if (streams && !streams.includes(line.stream)) return false;
  if (slot !== undefined && line.slot !== slot) return false;
  if (until !== undefined && !isBefore(line, until)) return false;
  return since === undefined || !isBefore(line, since);
}

function isBefore({ stamp }: StoredLine, at: number): boolean {
  return Date.parse(stamp) / 1000 < at;
}
