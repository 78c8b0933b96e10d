// One question to munged and its answer: a connection of its own each, as its protocol wants it. Knows bytes, sockets
// and time, not credentials.

import { connect } from "node:net";
import { answerLength, HEADER_BYTES, MalformedAnswer, type Operation } from "./munge-message.ts";

/** The connection broke, or the time was over, before the answer was there. */
export class BrokenExchange extends Error {
  /** The question may have arrived. */
  readonly asked: boolean;
  /** It was the time that was over. */
  readonly late: boolean;
  constructor(message: string, state: { readonly asked: boolean; readonly late?: boolean }, cause?: unknown) {
    super(message, { cause });
    this.asked = state.asked;
    this.late = state.late ?? false;
  }
}

export interface ExchangeOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Sends `question` and gives the body of the answer. @throws BrokenExchange, MalformedAnswer, the signal's reason */
export type Exchange = (
  path: string,
  operation: Operation,
  question: Buffer,
  options: ExchangeOptions,
) => Promise<Buffer>;

/** The exchange by this process itself. */
export const exchange: Exchange = (path, operation, question, { timeoutMs, signal }) => {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const socket = connect(path);
    const answer = new AnswerReader(operation);
    let connected = false;
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      socket.destroy();
      settle();
    };
    const broken = (why: string, cause?: unknown) =>
      end(() => reject(new BrokenExchange(why, { asked: connected }, cause)));
    const late = () =>
      end(() => reject(new BrokenExchange(`no answer within ${timeoutMs} ms`, { asked: connected, late: true })));
    const onAbort = () => end(() => reject(signal?.reason));
    const timer = setTimeout(late, timeoutMs);
    signal?.addEventListener("abort", onAbort, { once: true });
    socket.on("connect", () => {
      connected = true;
    });
    // Also after the end: a socket's error without a listener would end the process.
    socket.on("error", (error) => broken(error.message, error));
    socket.on("end", () => broken("it hung up"));
    socket.on("data", (chunk: Buffer) => {
      try {
        const body = answer.take(chunk);
        if (body) end(() => resolve(body));
      } catch (error) {
        end(() => reject(error));
      }
    });
    socket.write(question);
  });
};

/** Gathers the pieces of an answer, never more of them than the header says. */
class AnswerReader {
  readonly #operation: Operation;
  #bytes: Buffer = Buffer.alloc(0);
  #length: number | undefined;

  constructor(operation: Operation) {
    this.#operation = operation;
  }

  /** The body, when it is whole. @throws MalformedAnswer */
  take(chunk: Buffer): Buffer | undefined {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    if (this.#bytes.length < HEADER_BYTES) return undefined;
    this.#length ??= HEADER_BYTES + answerLength(this.#operation, this.#bytes);
    if (this.#bytes.length < this.#length) return undefined;
    if (this.#bytes.length > this.#length) throw new MalformedAnswer("munged's answer is longer than it says");
    return this.#bytes.subarray(HEADER_BYTES);
  }
}
