// A gate in front of a real registry: lets requests through, holds some of them until told otherwise, and counts. So a
// test can stop a pull at any of its stages without waiting for luck.

import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { type RogueServer, startRogueServer } from "../support/rogue-server.ts";

/** A gate. */
export interface Gate extends RogueServer {
  /** Requests whose url matches wait from now on; `reached` resolves with the first of them. */
  hold(pattern: RegExp): { readonly reached: Promise<void>; release(): void };
  /** How many requests matched. */
  count(pattern: RegExp): number;
}

/** Opens a gate to `http://host`. */
export async function openGate(host: string): Promise<Gate> {
  const holds = new Set<{ readonly pattern: RegExp; readonly reached: () => void; readonly open: Promise<void> }>();
  const server = await startRogueServer(async (message, response) => {
    for (const { pattern, reached, open } of holds) {
      if (!pattern.test(message.url ?? "")) continue;
      reached();
      await open;
    }
    forward(host, message, response);
  });
  return {
    ...server,
    hold(pattern) {
      const [reached, open] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const entry = { pattern, reached: reached.resolve, open: open.promise };
      holds.add(entry);
      const release = () => {
        holds.delete(entry);
        open.resolve();
      };
      return { reached: reached.promise, release };
    },
    count: (pattern) => server.seen.filter(({ method, url }) => pattern.test(`${method} ${url}`)).length,
  };
}

function forward(host: string, message: IncomingMessage, response: ServerResponse): void {
  const url = `http://${host}${message.url}`;
  const onward = request(url, { method: message.method, headers: { ...message.headers, host } }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  onward.on("error", () => response.destroy());
  message.pipe(onward);
}
