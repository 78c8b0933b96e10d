// Follows a stream of server-sent events as long as somebody wants it: opens it again when it breaks off, later each time,
// and tells the server what it saw last. fetch rather than EventSource, which hides why it was refused.

import type { Query } from "./address.ts";
import { open } from "./ask.ts";
import { pause, waitBefore } from "./backoff.ts";
import { NOTHING_YET, readPiece } from "./event-text.ts";
import { Away, Refusal, wasLeft } from "./failures.ts";

/** What is followed, and who is told. */
export interface Following {
  readonly path: string;
  /** Asked anew at each opening. */
  readonly query?: (() => Query) | undefined;
  /** The stream is open, for the first time or again. */
  readonly onOpen?: (() => void) | undefined;
  readonly onMessage: (event: string, data: unknown) => void;
  /** It broke off and will be opened again. */
  readonly onBroken?: (() => void) | undefined;
  /** The server refuses; it is not asked again. */
  readonly onRefused?: ((refusal: Refusal) => void) | undefined;
  /** The event after which there is nothing more. */
  readonly until?: string | undefined;
  readonly signal: AbortSignal;
}

/** Follows until the signal comes, the last event was seen, or the server refuses. Never throws. */
export async function follow(following: Following): Promise<void> {
  const { signal, onBroken, onRefused } = following;
  const seen: Seen = { id: undefined, ended: false, tries: 0 };
  while (!signal.aborted && !seen.ended) {
    try {
      await readOnce(following, seen);
    } catch (error) {
      if (wasLeft(error) || signal.aborted) return;
      // Too many at once passes; what is gone or forbidden stays so.
      if (error instanceof Refusal && error.status < 500 && error.status !== 429) return onRefused?.(error);
      if (!(error instanceof Refusal || error instanceof Away)) console.error(error);
    }
    if (signal.aborted || seen.ended) return;
    onBroken?.();
    await patience(waitBefore(seen.tries, Math.random()), signal);
    seen.tries += 1;
  }
}

const waiting = new Set<AbortController>();

/** The server is back: whoever waits to open a stream again does it now. */
export function followNow(): void {
  for (const one of waiting) one.abort();
}

async function patience(ms: number, signal: AbortSignal): Promise<void> {
  const cut = new AbortController();
  waiting.add(cut);
  await pause(ms, AbortSignal.any([signal, cut.signal]));
  waiting.delete(cut);
}

interface Seen {
  id: string | undefined;
  ended: boolean;
  tries: number;
}

async function readOnce({ path, query, onOpen, onMessage, until, signal }: Following, seen: Seen): Promise<void> {
  const response = await open({
    ...{ path, query: query?.(), signal },
    headers: { accept: "text/event-stream", ...(seen.id === undefined ? {} : { "last-event-id": seen.id }) },
  });
  onOpen?.();
  let state = NOTHING_YET;
  for await (const piece of piecesOf(response)) {
    const { messages, after } = readPiece(state, piece);
    state = after;
    for (const { event, data, id } of messages) {
      seen.tries = 0;
      seen.id = id ?? seen.id;
      if (event === until) seen.ended = true;
      onMessage(event, JSON.parse(data));
    }
    if (seen.ended) return;
  }
}

async function* piecesOf({ body }: Response): AsyncGenerator<string> {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        if (error instanceof TypeError) throw new Away();
        throw error;
      });
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
