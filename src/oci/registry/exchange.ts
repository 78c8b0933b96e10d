// A request with patience: redirects followed, passing failures tried again, lasting ones turned into sentences.
// Knows nothing of logins or images.

import type { Log } from "../../base/log.ts";
import { discard } from "./body.ts";
import { sendFollowing } from "./redirect.ts";
import { type Clock, isPassingStatus, type RetryPolicy, waitBefore } from "./retry.ts";
import type { HttpRequest, HttpResponse, Transport } from "./transport.ts";
import { wireFailure, worthRetrying } from "./wire-failure.ts";

/** What every request of one client shares. */
export interface Wire {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly retry: RetryPolicy;
  readonly log: Log;
  readonly userAgent: string;
}

/**
 * Sends a request until an answer comes that will not change by waiting, or patience ends. The last answer is given
 * back whatever its status.
 *
 * @throws E_CONNECT, E_TIMEOUT, E_TLS…, E_PLAIN_HTTP, E_PROXY, E_REDIRECT; the signal's reason
 */
export async function exchange(wire: Wire, request: HttpRequest & { readonly once?: boolean }): Promise<HttpResponse> {
  const full = { ...request, headers: { "user-agent": wire.userAgent, ...request.headers } };
  const started = wire.clock.now();
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await attemptOnce(wire.transport, full);
    const inVain = wire.clock.now() - started >= wire.retry.vain;
    const passing =
      outcome instanceof Error ? !inVain && attempt < worthRetrying(outcome) : isPassingStatus(outcome.status);
    const asked = outcome instanceof Error ? undefined : outcome.headers["retry-after"];
    const wait = passing && !request.once ? waitBefore(attempt, wire.retry, asked, wire.clock.now()) : undefined;
    if (wait === undefined) {
      if (outcome instanceof Error) throw outcome;
      return outcome;
    }
    const why = outcome instanceof Error ? outcome.message : `status ${outcome.status}`;
    wire.log.debug(`${request.method} ${request.url.host}${request.url.pathname}: ${why}; again in ${wait} ms`);
    if (!(outcome instanceof Error)) await discard(outcome.body);
    await wire.clock.sleep(wait, request.signal);
  }
}

async function attemptOnce(transport: Transport, request: HttpRequest): Promise<HttpResponse | Error> {
  request.signal?.throwIfAborted();
  try {
    return await sendFollowing(transport, request);
  } catch (error) {
    if (request.signal?.aborted) throw request.signal.reason;
    return wireFailure(error, request.url.host);
  }
}
