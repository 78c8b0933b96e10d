// The pull-through mirror, put together: owns its connections and its memory. Knows nothing of HTTP servers.

import type { Digest } from "../../base/digest.ts";
import type { Log } from "../../base/log.ts";
import type { Cache } from "../../oci/store/cache.ts";
import type { Environment } from "../../platform/user.ts";
import type { GatewayConfig } from "../../site/gateway-config.ts";
import { accessMemory } from "./access.ts";
import { type Blobs, blobs } from "./blobs.ts";
import { type Caller, callerReader } from "./caller.ts";
import { contentsMemory } from "./contents.ts";
import { conversations } from "./conversations.ts";
import { type ListQuestion, type ServedList, serveReferrers, serveTags } from "./lists.ts";
import { type ManifestQuestion, type ServedManifest, serveManifest } from "./manifests.ts";
import { rateMemory, type UpstreamRate } from "./rates.ts";
import { mirrorNames, type Shared } from "./shared.ts";
import { singleFlight } from "./single-flight.ts";
import { type Upstream, type Upstreams, upstreamsOf } from "./upstreams.ts";

/** What the mirror works with. */
export interface MirrorOptions {
  readonly config: Pick<GatewayConfig, "locations" | "defaultLocation" | "pullUpdateMs">;
  /** The content store that pulls use too. */
  readonly cache: Cache;
  readonly log: Log;
  /** Proxies and certificates. */
  readonly env: Environment;
  readonly userAgent: string;
  /** Seconds since 1970. */
  readonly now: () => number;
}

/** The open mirror. */
export interface Mirror {
  readonly upstreams: Upstreams;
  /** Who an Authorization header speaks for. */
  caller(authorization: string | undefined): Caller;
  manifest(question: ManifestQuestion): Promise<ServedManifest>;
  readonly blobs: Blobs;
  tags(question: ListQuestion): Promise<ServedList>;
  referrers(question: ListQuestion, digest: Digest): Promise<ServedList>;
  /** Seconds after which an upstream that refused may be asked again; 0: now. */
  retryAfter(upstream: Upstream, caller: Caller): number;
  /** Limits of the upstreams as they last told them, for metrics. */
  rates(): readonly UpstreamRate[];
  /** Requests sent to each upstream so far, by the location's name, for metrics. */
  requests(): ReadonlyMap<string, number>;
  /** Ends downloads (what has come stays for the next time) and connections. */
  close(): Promise<void>;
}

/** Opens the mirror; nothing is sent before the first question. @throws E_REFERENCE_HOST for a location without host */
export function openMirror(options: MirrorOptions): Mirror {
  const { config, cache, now, log } = options;
  const stop = new AbortController();
  const rates = rateMemory(now);
  const life = config.pullUpdateMs / 1000;
  const upstreams = upstreamsOf(config);
  const talk = conversations({ ...options, rates, upstreams: upstreams.all });
  const shared: Shared = {
    ...{ cache, now, log, life, signal: stop.signal, names: mirrorNames(cache), conversations: talk },
    ...{ access: accessMemory(now, life), contents: contentsMemory(), flight: singleFlight() },
  };
  return {
    upstreams,
    caller: callerReader(),
    manifest: (question) => serveManifest(question, shared),
    blobs: blobs(shared),
    tags: (question) => serveTags(question, shared),
    referrers: (question, digest) => serveReferrers(question, digest, shared),
    retryAfter: rates.wait,
    rates: rates.rates,
    requests: talk.requests,
    async close() {
      stop.abort();
      await talk.close();
    },
  };
}
