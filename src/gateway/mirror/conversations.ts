// Conversations with upstreams: one for each caller and upstream, over connections that all callers share. Every answer
// is looked at for limits on its way, and an upstream that has said "not now" is not asked. Owns sockets: close it.

import type { Log } from "../../base/log.ts";
import type { CredentialSource } from "../../oci/auth/credential.ts";
import { makeWire } from "../../oci/registry/client.ts";
import type { Place } from "../../oci/registry/pull-requests.ts";
import { openSession, type Session } from "../../oci/registry/session.ts";
import type { Environment } from "../../platform/user.ts";
import type { Caller } from "./caller.ts";
import { fail } from "./errors.ts";
import type { RateMemory } from "./rates.ts";
import { Recent } from "./recent.ts";
import type { Upstream } from "./upstreams.ts";

/** Conversations with all upstreams. */
export interface Conversations {
  /** The repository at its registry, as that caller may see it. */
  at(upstream: Upstream, repository: string, caller: Caller): Place;
  /** Requests sent so far, by upstream's name. */
  requests(): ReadonlyMap<string, number>;
  close(): Promise<void>;
}

export interface ConversationOptions {
  /** All that will be talked to. */
  readonly upstreams: readonly Upstream[];
  readonly env: Environment;
  readonly log: Log;
  readonly userAgent: string;
  readonly rates: RateMemory;
}

// Each holds a login and its tokens; whoever is forgotten only fetches a new token.
const SESSIONS = 500;
// Clients have patience of their own, and a second source: a mirror that waits for long is no help.
const RETRY = { retries: 2, longest: 2_000, vain: 20_000 };
const TIMEOUTS = { connect: 10_000, headers: 30_000 };

/** Nothing is sent before the first question. */
export function conversations({ upstreams, rates, ...options }: ConversationOptions): Conversations {
  const authorities = new Map(
    upstreams.flatMap(({ host, caFile }) => (caFile === undefined ? [] : [[host, caFile] as const])),
  );
  const wire = makeWire({ ...options, authorities, retry: RETRY, timeouts: TIMEOUTS });
  const sessions = new Recent<Session>(SESSIONS);
  const counts = new Map<string, number>();
  const sessionWith = (upstream: Upstream, caller: Caller): Session => {
    const key = `${upstream.host} ${caller.key}`;
    const known = sessions.get(key);
    if (known) return known;
    const { host, insecure } = upstream;
    const session = openSession(wire, only(host, caller), { host, insecure, named: true });
    sessions.set(key, session);
    return session;
  };
  const watched = (upstream: Upstream, caller: Caller): Session => ({
    async request(request) {
      const seconds = rates.wait(upstream, caller);
      if (seconds > 0) throw fail("E_MIRROR_LIMITED", { host: upstream.host, seconds });
      counts.set(upstream.name, (counts.get(upstream.name) ?? 0) + 1);
      const answer = await sessionWith(upstream, caller).request(request);
      rates.note(upstream, caller, answer.response);
      return answer;
    },
  });
  return {
    at: (upstream, repository, caller) => ({
      endpoint: { host: upstream.host, repository, insecure: upstream.insecure, mirror: false },
      session: watched(upstream, caller),
      clock: wire.clock,
    }),
    requests: () => counts,
    close: () => wire.transport.close(),
  };
}

// A login is for the registry that it was given for.
function only(host: string, caller: Caller): CredentialSource {
  return async (registry) => (registry === host ? caller.credential : undefined);
}
