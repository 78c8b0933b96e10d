// Questions to munged by way of berth-relay, a native process that makes the connections: a server's hundred lookups a
// tick cost two system calls here instead of hundreds. Knows frames and a process; what is asked is for others.

import { type ChildProcess, spawn } from "node:child_process";
import { getSystemErrorMap } from "node:util";
import { BrokenExchange, type Exchange } from "./munge-exchange.ts";
import { answerBody, HEADER_BYTES, MAX_BODY_BYTES } from "./munge-message.ts";

/** A running relay. */
export interface Relay {
  readonly exchange: Exchange;
  close(): void;
}

// munged has a few threads and a backlog of 256 connections; beyond that the kernel refuses, and everybody waits longer.
const CONNECTIONS = 24;
/** Milliseconds before a relay that has ended is started anew. */
const REST = 1000;
/** id, errno, length. */
const HEAD = 12;

/** The relay for the munged behind `socket`; the process starts with the first question, and again after it died. */
export function openRelay(program: string, socket: string): Relay {
  let line: RelayLine | undefined;
  let died = Number.NEGATIVE_INFINITY;
  let closed = false;
  const current = () => {
    if (line) return line;
    if (closed || performance.now() - died < REST) return undefined;
    line = new RelayLine(program, socket, () => {
      line = undefined;
      died = performance.now();
    });
    return line;
  };
  return {
    exchange: (_path, operation, question, options) => {
      if (question.length > HEADER_BYTES + MAX_BODY_BYTES) {
        return Promise.reject(new BrokenExchange("munged takes no question of that length", { asked: false }));
      }
      const open = current();
      if (!open) return Promise.reject(new BrokenExchange("berth-relay does not run", { asked: false }));
      return open.ask(question, options).then((answer) => answerBody(operation, answer));
    },
    close() {
      closed = true;
      line?.close();
    },
  };
}

interface Waiting {
  readonly resolve: (answer: Buffer) => void;
  readonly reject: (error: unknown) => void;
}

/** One process and what it was asked. */
class RelayLine {
  readonly #child: ChildProcess;
  // By number; numbers are used again. A long-lived Map whose keys come and go replaces its table all the time, and what the
  // old tables hold dies with the next full collection only: those collections would come several times as often.
  readonly #waiting: (Waiting | undefined)[] = [];
  readonly #free: number[] = [];
  #frames: Buffer[] = [];
  #rest: Buffer = Buffer.alloc(0);

  constructor(program: string, socket: string, onEnd: () => void) {
    const child = spawn(program, [socket, String(CONNECTIONS)], { stdio: ["pipe", "pipe", "inherit"], env: {} });
    this.#child = child;
    const end = (why: string) => {
      onEnd();
      for (const waiting of this.#waiting.splice(0)) waiting?.reject(new BrokenExchange(why, { asked: true }));
    };
    child.once("error", (error) => end(error.message));
    child.once("exit", (code, signal) => end(`berth-relay has ended with ${signal ?? code}`));
    child.stdin?.on("error", () => undefined);
    child.stdout?.on("data", (chunk: Buffer) => this.#take(chunk));
    // The server's end is decided elsewhere.
    child.unref();
  }

  ask(question: Buffer, { signal }: { readonly signal: AbortSignal | undefined }): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const id = this.#free.pop() ?? this.#waiting.length;
      // Its number stays taken until the answer comes, which must not be taken for another's.
      const onAbort = () => reject(signal?.reason);
      const settled = () => signal?.removeEventListener("abort", onAbort);
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting[id] = {
        resolve: (answer) => {
          settled();
          resolve(answer);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      };
      this.#send(id, question);
    });
  }

  close(): void {
    this.#child.stdin?.end();
  }

  // All questions of one round of the event loop go in one piece.
  #send(id: number, question: Buffer): void {
    if (this.#frames.length === 0) setImmediate(() => this.#flush());
    const head = Buffer.allocUnsafe(8);
    head.writeUInt32BE(id, 0);
    head.writeUInt32BE(question.length, 4);
    this.#frames.push(head, question);
  }

  #flush(): void {
    const frames = Buffer.concat(this.#frames);
    this.#frames = [];
    this.#child.stdin?.write(frames);
  }

  #take(chunk: Buffer): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (bytes.length >= HEAD) {
      const end = HEAD + bytes.readUInt32BE(8);
      if (bytes.length < end) break;
      this.#settle(bytes.readUInt32BE(0), bytes.readUInt32BE(4), bytes.subarray(HEAD, end));
      bytes = bytes.subarray(end);
    }
    this.#rest = bytes;
  }

  #settle(id: number, errno: number, answer: Buffer): void {
    const waiting = this.#waiting[id];
    if (!waiting) return;
    this.#waiting[id] = undefined;
    this.#free.push(id);
    if (errno === 0) waiting.resolve(answer);
    else waiting.reject(brokenBy(errno));
  }
}

function brokenBy(errno: number): BrokenExchange {
  const [code, text] = getSystemErrorMap().get(-errno) ?? ["EIO", `error ${errno}`];
  const asked = !["ENOENT", "ECONNREFUSED", "EACCES", "EMFILE", "ENOTSOCK"].includes(code);
  const cause = Object.assign(new Error(text), { code });
  return new BrokenExchange(text, { asked, late: code === "ETIMEDOUT" }, cause);
}
