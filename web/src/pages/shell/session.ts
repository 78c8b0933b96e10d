// A shell over a WebSocket: what is typed goes there, what it prints comes back. Why it could not be opened, a browser does not
// tell: the same address asked for in the ordinary way does.

import { at, withQuery } from "../../api/address.ts";
import { ask } from "../../api/ask.ts";
import { Refusal } from "../../api/failures.ts";
import { readFrame, resized, typed } from "./frames.ts";
import type { PageTerminal } from "./terminal.ts";

/** Where a shell is opened, and how. */
export interface ShellWish {
  readonly stack: string;
  readonly service: string;
  readonly slot: string;
  readonly program: string;
}

/** How it ended. */
export type ShellEnd = { readonly exit: number } | { readonly failure: unknown } | { readonly lost: true };

/** Carries the terminal until the program or the connection ends. The signal closes it. */
export function carry(wish: ShellWish, terminal: PageTerminal, signal: AbortSignal): Promise<ShellEnd> {
  const path = pathOf(wish, terminal);
  const socket = new WebSocket(`${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}${path}`);
  socket.binaryType = "arraybuffer";
  signal.addEventListener("abort", () => socket.close());
  return new Promise((resolve) => {
    let exit: number | undefined;
    let opened = false;
    socket.addEventListener("open", () => {
      opened = true;
      terminal.onInput((text) => socket.readyState === WebSocket.OPEN && socket.send(typed(text)));
      terminal.onResize((columns, rows) => socket.readyState === WebSocket.OPEN && socket.send(resized(columns, rows)));
    });
    socket.addEventListener("message", ({ data }: MessageEvent<ArrayBuffer>) => {
      const came = readFrame(data);
      if (came && "output" in came) terminal.write(came.output);
      if (came && "exit" in came) exit = came.exit;
    });
    socket.addEventListener("close", () => {
      if (exit !== undefined) resolve({ exit });
      else if (opened) resolve({ lost: true });
      else void whyNot(path).then((failure) => resolve({ failure }));
    });
  });
}

function pathOf({ stack, service, slot, program }: ShellWish, { columns, rows }: PageTerminal): string {
  const path = at`/v2/stacks/${stack}/services/${service}/exec`;
  const args = program
    .trim()
    .split(/\s+/)
    .map((word) => `arg=${encodeURIComponent(word)}`);
  return `${withQuery(path, { tty: true, columns, rows, slot })}&${args.join("&")}`;
}

async function whyNot(path: string): Promise<unknown> {
  try {
    await ask<unknown>({ path });
    return new Error("The connection could not be opened.");
  } catch (error) {
    // It would have been opened for a WebSocket: something between does not carry those.
    if (error instanceof Refusal && error.code === "E_SERVICES_UPGRADE") {
      return new Error(
        "The connection could not be opened; something between here and the server carries no WebSockets.",
      );
    }
    return error;
  }
}
