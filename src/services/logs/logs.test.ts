// Output of containers: kept beyond their life, within bounds, found again, followed without gaps.

import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { silent } from "../../base/log.ts";
import type { LogChunk } from "../engine/types.ts";
import type { LogLine } from "../types.ts";
import { type Collector, evenStamp, type LoggedContainer, startCollector } from "./collector.ts";
import { LineJoiner } from "./join-lines.ts";
import { type LogBook, logBook } from "./log-book.ts";
import { openServiceLog, readBackward, ServiceLog } from "./service-log.ts";
import { parseLine, printLine } from "./stored-line.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-logs-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const stampOf = (n: number) =>
  `2026-11-22T10:00:${String(Math.floor(n / 1000)).padStart(2, "0")}.${String(n % 1000).padStart(3, "0")}000000Z`;
const line = (n: number, text = `line ${n}`) => {
  return { stamp: stampOf(n), stream: "stdout" as const, slot: 1, container: "0123456789ab", text };
};
async function all<T>(lines: AsyncIterable<T>): Promise<readonly T[]> {
  const read: T[] = [];
  for await (const one of lines) read.push(one);
  return read;
}

describe("a line", () => {
  test("is read back as it was written, whatever it says", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.boolean(), fc.nat(), (text, err, slot) => {
        const stored = {
          ...line(1),
          text: text.replaceAll("\n", " "),
          slot,
          stream: err ? "stderr" : "stdout",
        } as const;
        expect(parseLine(printLine(stored).slice(0, -1))).toEqual(stored);
      }),
      { seed: 6 },
    );
  });

  test("is joined from pieces, streams apart, and cut when it has no end", () => {
    const joiner = new LineJoiner();
    const piece = (stream: LogChunk["stream"], text: string) => ({ stream, at: 1, stamp: stampOf(1), text });
    expect(joiner.add(piece("stdout", "a"))).toEqual([]);
    expect(joiner.add(piece("stderr", "x\r\n"))).toMatchObject([{ stream: "stderr", text: "x" }]);
    expect(joiner.add(piece("stdout", "b\nc\nd"))).toMatchObject([{ text: "ab" }, { text: "c" }]);
    expect(joiner.rest()).toMatchObject([{ text: "d" }]);
    const flood = Array.from({ length: 100 }, () => joiner.add(piece("stdout", "z".repeat(1000)))).flat();
    expect(flood.length).toBe(6);
    expect(flood.every(({ text }) => text.length === 16 * 1024)).toBe(true);
  });

  test("has the same kind of stamp from every engine", () => {
    expect(evenStamp("2026-11-22T12:00:00.5+02:00")).toBe("2026-11-22T10:00:00.500000000Z");
    expect(evenStamp("2026-11-22T10:00:00Z")).toBe("2026-11-22T10:00:00.000000000Z");
    expect(evenStamp("2026-11-22T10:00:00.123456789Z")).toBe("2026-11-22T10:00:00.123456789Z");
  });
});

describe("the output of a service", () => {
  const lost: unknown[] = [];
  const begin = (bytes = 1024 ** 2) => openServiceLog(folder, bytes, (_lines, why) => lost.push(why));

  test("goes on after a restart, and after a line that was cut off", async () => {
    const first = await begin();
    first.append(line(1));
    await first.close();
    const [name = ""] = readdirSync(folder);
    appendFileSync(join(folder, name), `${stampOf(2)} o 1 0123456789ab cut o`);
    const second = await begin();
    second.append(line(3));
    await second.close();
    expect((await all(readBackward(folder))).map(({ text }) => text)).toEqual(["line 3", "cut o", "line 1"]);
  });

  test("stays within its bound, the newest lines kept", async () => {
    const log = await begin(100_000);
    for (let n = 0; n < 20_000; n++) log.append(line(n % 50_000, `line ${n}`));
    await log.close();
    const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    expect(bytes).toBeLessThan(110_000);
    expect(bytes).toBeGreaterThan(60_000);
    expect((await all(readBackward(folder)))[0]).toMatchObject({ text: "line 19999" });
    expect(lost).toEqual([]);
  });

  test("that cannot be written is counted as lost, and nobody waits", async () => {
    const log = await begin();
    log.append(line(1));
    await log.flush();
    rmSync(folder, { recursive: true });
    writeFileSync(folder, "no folder");
    const other = new ServiceLog(folder, 1024, (_lines, why) => lost.push(why), { file: 1, offset: 0 });
    other.append(line(2));
    await other.close();
    expect(lost.splice(0)).toHaveLength(1);
    await log.close();
  });
});

describe("what is kept, read from its end,", () => {
  test("is every line in turn, however long, up to any mark", async () => {
    const log = await openServiceLog(folder, 1024 ** 2, () => {});
    const sizes = [0, 1, 65_000, 16_384, 3, 65_536, 200_000, 7];
    const marks = sizes.map((size, n) => {
      log.append(line(n, "ü".repeat(size)));
      return log.end;
    });
    await log.close();
    const read = async (mark?: (typeof marks)[number]) =>
      (await all(readBackward(folder, mark))).map(({ text }) => text.length).reverse();
    expect(await read()).toEqual(sizes);
    for (const [n, mark] of marks.entries()) expect(await read(mark)).toEqual(sizes.slice(0, n + 1));
    expect(await all(readBackward(folder, undefined, " fedcba987654 "))).toEqual([]);
  });

  test("costs no more than what is asked for", async () => {
    const log = await openServiceLog(folder, 64 * 1024 ** 2, () => {});
    for (let n = 0; n < 200; n++) log.append(line(n, "x".repeat(10_000)));
    await log.close();
    const some = await open(folder);
    await some.close();
    const prototype = Object.getPrototypeOf(some) as { read(...words: unknown[]): Promise<unknown> };
    const before = prototype.read;
    let pieces = 0;
    prototype.read = function (...words) {
      pieces += 1;
      return before.apply(this, words);
    };
    try {
      for await (const { text } of readBackward(folder)) if (text !== "") break;
    } finally {
      prototype.read = before;
    }
    expect(pieces).toBe(1);
  });
});

/** A container that says what the test makes it say. */
class Speaker {
  readonly said: LogChunk[] = [];
  #wake = () => {};
  #ended = false;
  since: (number | undefined)[] = [];

  say(n: number, text: string, stream: LogChunk["stream"] = "stdout"): void {
    this.said.push({ stream, at: Date.parse(stampOf(n)) / 1000, stamp: stampOf(n), text });
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *logs(since: number | undefined, signal: AbortSignal | undefined): AsyncGenerator<LogChunk> {
    this.since.push(since);
    signal?.addEventListener("abort", () => this.#wake());
    for (let next = 0; !signal?.aborted; ) {
      const chunk = this.said[next];
      if (chunk) {
        next += 1;
        if (since === undefined || chunk.at >= Math.floor(since * 1000) / 1000) yield chunk;
      } else if (this.#ended) return;
      else
        await new Promise<void>((wake) => {
          this.#wake = wake;
        });
    }
  }
}

describe("the book", () => {
  const id = (digit: string) => digit.repeat(64);
  let containers: LoggedContainer[];
  let speakers: Map<string, Speaker>;
  let changed: () => void;
  let collector: Collector;
  let book: LogBook;

  function open(): void {
    collector = startCollector({
      folder,
      keepBytes: () => 1024 ** 2,
      containers: {
        all: () => containers,
        watch: (listener) => {
          changed = listener;
          return () => {};
        },
      },
      engine: { logs: (of, { since }, wait) => speakerOf(of).logs(since, wait?.signal) },
      log: silent,
    });
    book = logBook({ folder, collector, now: () => Date.now() / 1000 });
  }
  function speakerOf(of: string): Speaker {
    const speaker = speakers.get(of) ?? new Speaker();
    speakers.set(of, speaker);
    return speaker;
  }
  function run(digit: string, service = "web", slot = 1): Speaker {
    containers.push({ id: id(digit), stack: "rover", service, slot, running: true });
    changed();
    return speakerOf(id(digit));
  }
  beforeEach(() => {
    containers = [];
    speakers = new Map();
    open();
  });
  afterEach(() => collector.close());

  const texts = (lines: readonly LogLine[]) => lines.map((one) => one.line);
  const kept = (wish = {}) => all(book.read("rover", wish));
  async function until(count: number): Promise<void> {
    while ((await kept()).length < count) await new Promise((again) => setTimeout(again, 5));
  }

  test("keeps what a container said after it was replaced, both streams apart", async () => {
    const old = run("a");
    old.say(1, "old\n");
    old.say(2, "trouble\n", "stderr");
    old.end();
    await until(2);
    containers = [];
    const fresh = run("b", "web", 2);
    fresh.say(3, "new\n");
    await until(3);
    expect(texts(await kept())).toEqual(["old", "trouble", "new"]);
    expect(texts(await kept({ streams: ["stderr"] }))).toEqual(["trouble"]);
    expect(texts(await kept({ tail: 1 }))).toEqual(["new"]);
    expect(texts(await kept({ slot: 1 }))).toEqual(["old", "trouble"]);
    expect(texts(await kept({ since: Date.parse(stampOf(2)) / 1000 }))).toEqual(["trouble", "new"]);
  });

  test("takes a container up where it stopped, nothing twice", async () => {
    const web = run("a");
    for (let n = 1; n <= 5; n++) web.say(n, `line ${n}\n`);
    await until(5);
    await collector.close();
    web.say(6, "line 6\n");
    open();
    await until(6);
    expect(texts(await kept())).toEqual([1, 2, 3, 4, 5, 6].map((n) => `line ${n}`));
    expect(web.since.at(-1)).toBeCloseTo(Date.parse(stampOf(5)) / 1000, 3);
  });

  test("mixes services in the order of time", async () => {
    const [web, db] = [run("a"), run("b", "db")];
    web.say(1, "one\n");
    db.say(2, "two\n");
    web.say(3, "three\n");
    await until(3);
    expect((await kept()).map(({ service, line: text }) => `${service} ${text}`)).toEqual([
      "web one",
      "db two",
      "web three",
    ]);
    expect(texts(await kept({ services: ["db"] }))).toEqual(["two"]);
  });

  test("is followed without a gap and without a line twice while a service speaks", async () => {
    const web = run("a");
    let n = 0;
    const speaking = setInterval(() => web.say(++n, `line ${n}\n`), 1);
    await until(3);
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const { line: text } of book.read("rover", { follow: true, tail: 1000 }, stop.signal)) {
      seen.push(text);
      if (seen.length === 200) stop.abort();
    }
    clearInterval(speaking);
    expect(seen.slice(0, 200)).toEqual(Array.from({ length: 200 }, (_, i) => `line ${i + 1}`));
  });

  test("is searched, newest first", async () => {
    const web = run("a");
    for (let n = 1; n <= 30; n++) web.say(n, n % 3 === 0 ? `ERROR ${n}\n` : `fine ${n}\n`);
    await until(30);
    const ask = { text: "error", stacks: ["rover", "../.."], limit: 4 };
    const { items, cut } = await book.search(ask);
    expect(texts(items)).toEqual(["ERROR 30", "ERROR 27", "ERROR 24", "ERROR 21"]);
    expect(cut).toBe(true);
    expect((await book.search({ ...ask, text: "no such words" })).items).toEqual([]);
  });

  test("has what was said by containers that ended before anybody listened, once", async () => {
    const gone = speakerOf(id("c"));
    gone.say(1, "last words\n");
    gone.end();
    const ended = { id: id("c"), stack: "rover", service: "web", slot: 1, running: false, run: 1 };
    containers = [ended];
    changed();
    await until(1);
    changed();
    await collector.close();
    open();
    changed();
    await collector.close();
    expect(texts(await kept())).toEqual(["last words"]);
    expect(gone.since).toHaveLength(2);
    open();
    gone.say(2, "in a moment\n");
    containers = [{ ...ended, run: 2 }];
    changed();
    await until(2);
  });

  test("holds no file of services that say nothing more, and begins a new one when theirs was removed", async () => {
    const first = run("a");
    first.say(1, "one\n");
    await until(1);
    expect(collector.open("rover", "web")).toBeDefined();
    first.end();
    containers = [];
    while (collector.open("rover", "web")) await new Promise((again) => setTimeout(again, 5));
    await book.forget(new Set(), -1);
    run("b").say(2, "two\n");
    await until(1);
    expect(texts(await kept())).toEqual(["two"]);
  });

  test("cuts off who reads too slowly, before his lines fill the memory", async () => {
    const web = run("a");
    web.say(1, "first\n");
    await until(1);
    const lines = book.read("rover", { follow: true }, new AbortController().signal);
    expect((await lines.next()).value).toMatchObject({ line: "first" });
    const more = lines.next();
    let heard = 0;
    collector.listen(() => {
      heard += 1;
    });
    for (let n = 2; n <= 1000; n++) web.say(n, `${"x".repeat(16_000)}\n`);
    await more;
    while (heard < 999) await new Promise((again) => setTimeout(again, 5));
    const rest = await all(lines);
    expect(rest.length).toBeLessThan(600);
  });

  test("finds the newest of many services, and says when there are more", async () => {
    for (const [at, digit] of ["a", "b", "c", "d"].entries()) {
      const speaker = run(digit, `web-${digit}`);
      for (let n = 0; n < 10; n++) speaker.say(1 + at + 4 * n, `error ${1 + at + 4 * n}\n`);
    }
    await until(40);
    const ask = { text: "error", stacks: ["rover"], limit: 3 };
    const { items, cut } = await book.search(ask);
    expect(texts(items)).toEqual(["error 40", "error 39", "error 38"]);
    expect(cut).toBe(true);
    expect(await book.search({ ...ask, limit: 40 })).toMatchObject({ cut: false, items: { length: 40 } });
  });

  test("forgets stacks that are gone, in their time", async () => {
    run("a").say(1, "one\n");
    await until(1);
    await book.forget(new Set(["rover"]), 0);
    await book.forget(new Set(), 3600);
    expect(await kept()).toHaveLength(1);
    await collector.close();
    await book.forget(new Set(), -1);
    expect(readdirSync(folder)).toEqual([]);
  });
});

test("what is kept can be read with grep", async () => {
  const log = await openServiceLog(folder, 1024 ** 2, () => {});
  log.append(line(1, "GET / 200"));
  await log.close();
  expect(readFileSync(join(folder, "000001.log"), "utf8").trim()).toBe(`${stampOf(1)} o 1 0123456789ab GET / 200`);
});
