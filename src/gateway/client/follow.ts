// Follows a pull until it has ended, over connections that break: asks again where it broke off. What is shown of it is
// the caller's business.

import { setTimeout as sleep } from "node:timers/promises";
import { BerthError, reasonOf } from "../../base/errors.ts";
import { streamPull } from "./api.ts";
import type { Problem, Pull } from "./api-types.ts";
import { fail, refusal } from "./errors.ts";
import type { Gateways } from "./gateways.ts";

/** How often a broken stream is opened again without a message in between. */
const TRIES = 5;
const PAUSE_MS = 1000;

/**
 * Yields the pull's record at each change, the last time when it has ended.
 *
 * @throws the gateway's refusals; E_CLIENT_UNREACHABLE, E_CLIENT_STREAM when it is gone for long
 */
export async function* followPull(
  gateways: Gateways,
  id: string,
  { signal, pauseMs = PAUSE_MS }: { readonly signal?: AbortSignal; readonly pauseMs?: number } = {},
): AsyncGenerator<Pull> {
  let broken = 0;
  for (;;) {
    try {
      for await (const { event, data } of streamPull(gateways, { id }, { signal })) {
        if (event === "problem") throw problem(data);
        broken = 0;
        const pull = JSON.parse(data) as Pull;
        yield pull;
        if (event === "end") return;
      }
      throw fail("E_CLIENT_STREAM", { host: "the gateway", why: "it ended early" });
    } catch (error) {
      signal?.throwIfAborted();
      broken++;
      if (broken > TRIES || isAnswer(error)) throw asFailure(error);
    }
    // A gateway that restarts takes some seconds; the pull is not lost.
    await sleep(pauseMs * broken, undefined, signal ? { signal } : {});
  }
}

// What the gateway said, it would say again.
function isAnswer(error: unknown): boolean {
  return error instanceof BerthError && !["E_CLIENT_UNREACHABLE", "E_CLIENT_STREAM"].includes(error.code);
}

function asFailure(error: unknown): unknown {
  if (error instanceof BerthError) return error;
  return fail("E_CLIENT_STREAM", { host: "the gateway", why: reasonOf(error) }, { cause: error });
}

function problem(data: string): BerthError {
  const { status, code, detail, hint } = JSON.parse(data) as Problem;
  return refusal(status, { code, detail, ...(hint === undefined ? {} : { hint }) });
}
