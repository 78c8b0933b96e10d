// A `berth serve` that the demo has started: waits for its word that it serves, keeps its log, ends it.

import { fail } from "./errors.ts";
import type { Ran } from "./process.ts";

/** A running `berth serve`. */
export interface ServingBerth {
  readonly url: string;
  /** What the server wrote to its log. */
  log(): readonly string[];
  /** Ends it gracefully; the exit status. */
  stop(): Promise<number>;
}

/** What the call of `berth serve` has to heed. */
export interface ServeCall {
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Waits until the `berth serve` that `serve` calls is ready. @throws E_DEMO_SERVE */
export async function untilServing(serve: (call: ServeCall) => Promise<Ran>): Promise<ServingBerth> {
  const lines: string[] = [];
  const end = new AbortController();
  let told: (url: string) => void = () => {};
  const serving = new Promise<string>((resolve) => {
    told = resolve;
  });
  const onLine = (line: string): void => {
    lines.push(line);
    const url = servingAt(line);
    if (url) told(url);
  };
  const ended = serve({ onLine, signal: end.signal });
  // It may also end because the demo does; whoever waits hears of it.
  ended.catch(() => undefined);
  const url = await Promise.race([serving, ended.then(({ stderr }) => notServing(stderr))]);
  return {
    url,
    log: () => lines,
    async stop() {
      end.abort();
      await ended.catch(() => undefined);
      return lines.some((line) => line.includes('"msg":"stopped"')) ? 0 : 1;
    },
  };
}

function servingAt(line: string): string | undefined {
  if (!line.includes('"msg":"serving"')) return undefined;
  const { url } = JSON.parse(line) as { readonly url?: unknown };
  return typeof url === "string" ? url : undefined;
}

function notServing(stderr: string): never {
  throw fail("E_DEMO_SERVE", { reason: stderr.trim().split("\n").slice(-3).join("; ") });
}
