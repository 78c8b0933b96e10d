// The pull side of the distribution API: resolve a reference, fetch manifests and blobs, through mirrors where the
// site has them. Manifests are verified here; blobs are streams, verified by whoever reads them (BlobSource).

import type { Digest } from "../../base/digest.ts";
import { type Log, silent } from "../../base/log.ts";
import { currentUser, type Environment } from "../../platform/user.ts";
import { anonymous, type CredentialSource } from "../auth/credential.ts";
import type { Reference } from "../reference.ts";
import type { Descriptor } from "../types.ts";
import { certSource, defaultCertDirs } from "./certs.ts";
import { type Endpoint, homeEndpoint, planEndpoints } from "./endpoint.ts";
import { exchange, type Wire } from "./exchange.ts";
import { firstOf, mirrorMemory } from "./mirrors.ts";
import { proxyRules } from "./proxy.ts";
import {
  type BlobAnswer,
  blobAt,
  type CallOptions,
  type ManifestAnswer,
  manifestAt,
  type Place,
  type RangeOptions,
  resolveAt,
} from "./pull-requests.ts";
import { NO_RULES, type RegistriesModel } from "./registries-model.ts";
import { type Clock, DEFAULT_RETRY, type RetryPolicy, systemClock } from "./retry.ts";
import { openSession, type Session } from "./session.ts";
import { DEFAULT_TIMEOUTS, type HttpResponse, httpTransport, type Timeouts } from "./transport.ts";

export type { BlobAnswer, CallOptions, ManifestAnswer, RangeOptions } from "./pull-requests.ts";

/** How a client is set up; everything left out has the default of a plain user on this machine. */
export interface RegistryOptions {
  /** Environment: proxies, SSL_CERT_FILE, HOME and XDG folders. */
  readonly env?: Environment;
  readonly credentials?: CredentialSource;
  /** `--no-https`: plain HTTP and unverified certificates are accepted of the named registry (not of mirrors). */
  readonly insecure?: boolean;
  readonly registries?: RegistriesModel;
  /** Folders in the certs.d layout, first one first. */
  readonly certDirs?: readonly string[];
  /** PEM files of authorities by `host[:port]`, besides those of the folders. */
  readonly authorities?: ReadonlyMap<string, string>;
  readonly clock?: Clock;
  readonly retry?: Partial<RetryPolicy>;
  readonly timeouts?: Partial<Timeouts>;
  readonly log?: Log;
  readonly userAgent?: string;
}

/** A client of any number of registries; mirrors and logins are its own affair. */
export interface RegistryClient {
  /** What the reference stands for now: one HEAD where the registry supports it. */
  resolve(reference: Reference, options: CallOptions): Promise<Descriptor>;
  /** The manifest `digest` of the reference's repository, or what the reference itself names. */
  manifest(reference: Reference, digest: Digest | undefined, options: CallOptions): Promise<ManifestAnswer>;
  /** The body of a blob, from a byte offset when asked; the caller verifies. */
  blob(reference: Reference, descriptor: Descriptor, options: RangeOptions): Promise<BlobAnswer>;
  /** The registry itself, for pushing: mirrors and replaced locations have no part in it. @throws E_BLOCKED */
  home(reference: Reference): Place;
  /** A file of any web server, with the proxies, certificates and patience of registries, and without their logins. */
  get(
    method: "GET" | "HEAD",
    url: URL,
    headers: Readonly<Record<string, string>>,
    options: CallOptions,
  ): Promise<HttpResponse>;
  close(): Promise<void>;
}

/** A client; close it when done. */
export function registryClient(options: RegistryOptions = {}): RegistryClient {
  const wire = makeWire(options);
  const credentials = options.credentials ?? anonymous;
  const sessions = new Map<string, Session>();
  const session = ({ host, insecure, mirror }: Endpoint, registry: string): Session => {
    const named = !mirror && host === registry;
    // Apart also where only this differs: a mirror's conversation must not hold the user's login.
    const key = JSON.stringify([host, insecure, named]);
    const known = sessions.get(key) ?? openSession(wire, credentials, { host, insecure, named });
    sessions.set(key, known);
    return known;
  };
  const mirrors = mirrorMemory(wire.log);
  const everywhere = <T>(reference: Reference, use: (at: Place) => Promise<T>): Promise<T> => {
    const plan = planEndpoints(reference, options.registries ?? NO_RULES, options.insecure ?? false);
    const at = (endpoint: Endpoint) => ({
      endpoint,
      session: session(endpoint, reference.registry),
      clock: wire.clock,
    });
    return firstOf(plan, mirrors, (endpoint) => use(at(endpoint)));
  };
  return {
    resolve: (reference, call) => everywhere(reference, (at) => resolveAt(at, reference, call)),
    manifest: (reference, digest, call) => everywhere(reference, (at) => manifestAt(at, reference, digest, call)),
    blob: (reference, descriptor, call) => everywhere(reference, (at) => blobAt(at, reference, descriptor, call)),
    home: (reference) => {
      const endpoint = homeEndpoint(reference, options.registries ?? NO_RULES, options.insecure ?? false);
      return { endpoint, session: session(endpoint, reference.registry), clock: wire.clock };
    },
    get: (method, url, headers, { signal }) =>
      exchange(wire, { method, url, headers, signal, ...(options.insecure ? { insecure: true } : {}) }),
    close: () => wire.transport.close(),
  };
}

/** What the requests of a client share. */
export function makeWire(options: RegistryOptions): Wire {
  const env = options.env ?? process.env;
  const dirs = options.certDirs ?? defaultCertDirs(env, env["HOME"] ?? currentUser().home);
  return {
    transport: httpTransport({
      proxyFor: proxyRules(env),
      certs: certSource(env, dirs, options.authorities),
      timeouts: { ...DEFAULT_TIMEOUTS, ...options.timeouts },
    }),
    clock: options.clock ?? systemClock,
    retry: { ...DEFAULT_RETRY, ...options.retry },
    log: options.log ?? silent,
    userAgent: options.userAgent ?? "berth",
  };
}
