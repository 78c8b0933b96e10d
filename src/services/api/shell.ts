// Carries a program's terminal or streams over a WebSocket: binary messages whose first byte says what follows. Knows nothing
// of who asked and which container it is.

import type { WebSocket } from "ws";
import type { ExecSession } from "../engine/types.ts";

/** First bytes of messages. */
export const FRAME = { stdin: 0, stdout: 1, stderr: 2, control: 3 } as const;

/** Dead connections are noticed so fast. */
const BEAT_MS = 30_000;
const LARGEST_TERMINAL = 10_000;

/** Carries until the program ends, the connection goes or the signal comes. Answers how the program ended, if it did. */
export async function carryShell(
  socket: WebSocket,
  session: ExecSession,
  signal: AbortSignal,
): Promise<number | undefined> {
  const gone = new Promise<undefined>((resolve) => socket.once("close", () => resolve(undefined)));
  const beat = setInterval(() => socket.ping(), BEAT_MS);
  const goAway = () => {
    socket.close(1001, "the server ends, or you may no longer be here");
    // Now, not when the other side agrees to the end.
    session.close();
  };
  signal.addEventListener("abort", goAway, { once: true });
  socket.on("error", () => socket.terminate());
  takeInput(socket, session);
  try {
    const code = await Promise.race([programEnd(socket, session).catch(unless(signal)), gone]);
    if (code !== undefined) {
      await send(socket, FRAME.control, Buffer.from(JSON.stringify({ exit: code })));
      socket.close(1000);
    }
    return code;
  } catch (error) {
    // Nobody would say any more that the program is gone.
    socket.close(1011, "the connection to the program broke");
    throw error;
  } finally {
    clearInterval(beat);
    signal.removeEventListener("abort", goAway);
    session.close();
  }
}

// A session that was closed here has no end to tell of.
function unless(signal: AbortSignal): (error: unknown) => undefined {
  return (error) => {
    if (!signal.aborted) throw error;
  };
}

async function programEnd(socket: WebSocket, session: ExecSession): Promise<number> {
  for await (const { stream, data } of session.output) {
    // Waits until it is on its way: a program that floods its terminal is held up, and no memory is.
    await send(socket, FRAME[stream], data);
  }
  return session.wait();
}

function send(socket: WebSocket, kind: number, data: Buffer): Promise<void> {
  return new Promise((resolve) => socket.send(Buffer.concat([Buffer.of(kind), data]), () => resolve()));
}

function takeInput(socket: WebSocket, session: ExecSession): void {
  socket.on("message", (message: Buffer, binary: boolean) => {
    if (!binary || message.length === 0) return;
    const data = message.subarray(1);
    if (message[0] === FRAME.control) return control(data, session);
    if (message[0] !== FRAME.stdin) return;
    // One after the other, and no more is read than the program takes.
    socket.pause();
    session.write(data).then(
      () => socket.resume(),
      () => socket.close(1011, "the program takes no input"),
    );
  });
}

function control(data: Buffer, session: ExecSession): void {
  const { resize, end } = parsed(data);
  if (end === true) session.end();
  const { columns, rows } = Object(resize) as { readonly columns?: unknown; readonly rows?: unknown };
  // A terminal that ended meanwhile cannot be resized, and need not.
  if (isSize(columns) && isSize(rows)) session.resize(columns, rows).catch(() => {});
}

function parsed(data: Buffer): { readonly resize?: unknown; readonly end?: unknown } {
  try {
    return Object(JSON.parse(data.toString("utf8")));
  } catch {
    return {};
  }
}

function isSize(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) <= LARGEST_TERMINAL;
}
