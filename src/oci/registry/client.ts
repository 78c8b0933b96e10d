// The pull side of the distribution API: resolve a reference, fetch manifests and blobs, through mirrors where the
// site has them. Manifests are verified here; blobs are streams, verified by whoever reads them (BlobSource).

import type { Readable } from "node:stream";
import { type Digest, digestParts } from "../../base/digest.ts";
import { BerthError, reasonOf } from "../../base/errors.ts";
import { type Log, silent } from "../../base/log.ts";
import { currentUser, type Environment } from "../../platform/user.ts";
import { anonymous, type CredentialSource } from "../auth/credential.ts";
import { MAX_MANIFEST } from "../manifest.ts";
import { MANIFEST_ACCEPT } from "../media-types.ts";
import { formatReference, type Reference } from "../reference.ts";
import type { Descriptor } from "../types.ts";
import { answerFailure } from "./answer-failure.ts";
import { discard } from "./body.ts";
import { certSource, defaultCertDirs } from "./certs.ts";
import { type Endpoint, planEndpoints } from "./endpoint.ts";
import { fail } from "./errors.ts";
import type { Wire } from "./exchange.ts";
import { headerDigest, manifestFrom } from "./manifest-answer.ts";
import { proxyRules } from "./proxy.ts";
import { NO_RULES, type RegistriesModel } from "./registries-model.ts";
import { type Clock, DEFAULT_RETRY, type RetryPolicy, systemClock } from "./retry.ts";
import { type ApiRequest, type ApiResponse, openSession, type Session } from "./session.ts";
import { DEFAULT_TIMEOUTS, httpTransport, type Timeouts } from "./transport.ts";

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
  readonly clock?: Clock;
  readonly retry?: Partial<RetryPolicy>;
  readonly timeouts?: Partial<Timeouts>;
  readonly log?: Log;
  readonly userAgent?: string;
}

/** Options of one call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** A part of a blob that is wanted; `to` is the last byte's offset, the end when left out. */
export interface RangeOptions extends CallOptions {
  readonly from?: number;
  readonly to?: number;
}

/** The body of a blob, unverified: pass it through a verifier. */
export interface BlobAnswer {
  readonly body: Readable;
  /** True when the body begins at `from`; else it begins at the start, whatever was asked. */
  readonly ranged: boolean;
  /** Bytes of the whole blob, when the registry said so. */
  readonly total?: number;
}

/** Manifest bytes, verified, and the descriptor that names them. */
export interface ManifestAnswer {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/** A client of any number of registries; mirrors and logins are its own affair. */
export interface RegistryClient {
  /** What the reference stands for now: one HEAD where the registry supports it. */
  resolve(reference: Reference, options: CallOptions): Promise<Descriptor>;
  /** The manifest `digest` of the reference's repository, or what the reference itself names. */
  manifest(reference: Reference, digest: Digest | undefined, options: CallOptions): Promise<ManifestAnswer>;
  /** The body of a blob, from a byte offset when asked; the caller verifies. */
  blob(reference: Reference, descriptor: Descriptor, options: RangeOptions): Promise<BlobAnswer>;
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
  const everywhere = <T>(reference: Reference, use: (at: Place) => Promise<T>): Promise<T> =>
    firstOf(planEndpoints(reference, options.registries ?? NO_RULES, options.insecure ?? false), wire.log, (endpoint) =>
      use({ endpoint, session: session(endpoint, reference.registry), wire }),
    );
  return {
    resolve: (reference, call) => everywhere(reference, (at) => resolveAt(at, reference, call)),
    manifest: (reference, digest, call) => everywhere(reference, (at) => manifestAt(at, reference, digest, call)),
    blob: (reference, descriptor, call) => everywhere(reference, (at) => blobAt(at, reference, descriptor, call)),
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
      certs: certSource(env, dirs),
      timeouts: { ...DEFAULT_TIMEOUTS, ...options.timeouts },
    }),
    clock: options.clock ?? systemClock,
    retry: { ...DEFAULT_RETRY, ...options.retry },
    log: options.log ?? silent,
    userAgent: options.userAgent ?? "berth",
  };
}

interface Place {
  readonly endpoint: Endpoint;
  readonly session: Session;
  readonly wire: Wire;
}

// Any failure of a mirror leads to the next place; only the registry itself has the last word.
async function firstOf<T>(places: readonly Endpoint[], log: Log, use: (endpoint: Endpoint) => Promise<T>): Promise<T> {
  for (const endpoint of places.slice(0, -1)) {
    try {
      return await use(endpoint);
    } catch (error) {
      if (!(error instanceof BerthError)) throw error;
      log.warn(`mirror ${endpoint.host}: ${reasonOf(error)}`);
    }
  }
  const last = places.at(-1);
  if (last === undefined) throw new TypeError("no endpoint");
  return use(last);
}

async function resolveAt(at: Place, reference: Reference, call: CallOptions): Promise<Descriptor> {
  const { response } = await at.session.request(manifestRequest(at, reference, undefined, "HEAD", call));
  await discard(response.body);
  const size = Number(response.headers["content-length"] ?? "");
  const mediaType = response.headers["content-type"]?.split(";")[0]?.trim();
  const digest = reference.digest ?? headerDigest(response.headers["docker-content-digest"]);
  // Some registries answer HEAD without these, some not at all; a GET tells everything, or why not.
  if (response.status === 200 && digest && mediaType && Number.isSafeInteger(size) && size > 0) {
    return { mediaType, digest, size };
  }
  return (await manifestAt(at, reference, undefined, call)).descriptor;
}

async function manifestAt(
  at: Place,
  reference: Reference,
  digest: Digest | undefined,
  call: CallOptions,
): Promise<ManifestAnswer> {
  const request = manifestRequest(at, reference, digest, "GET", call);
  const answer = await at.session.request(request);
  if (answer.response.status !== 200) throw await refused(at, answer, request, "manifest");
  const named = { what: request.what, host: at.endpoint.host, max: MAX_MANIFEST };
  return manifestFrom(answer.response, digest ?? reference.digest, named);
}

async function blobAt(at: Place, reference: Reference, wanted: Descriptor, call: RangeOptions): Promise<BlobAnswer> {
  const { from = 0, to } = call;
  const ranged = from > 0 || to !== undefined;
  const request: ApiRequest = {
    method: "GET",
    path: `${at.endpoint.repository}/blobs/${wanted.digest}`,
    headers: { "accept-encoding": "identity", ...(ranged ? { range: `bytes=${from}-${to ?? ""}` } : {}) },
    repository: at.endpoint.repository,
    what: `${formatReference(reference)} (blob ${digestParts(wanted.digest).hex.slice(0, 12)})`,
    signal: call.signal,
  };
  const answer = await at.session.request(request);
  const { status, headers, body } = answer.response;
  if (status === 206 && ranged) {
    const range = /^bytes ([0-9]+)-[0-9]+\/(?:([0-9]+)|\*)$/.exec(headers["content-range"] ?? "");
    if (range && Number(range[1]) === from) {
      return { body, ranged: true, ...(range[2] === undefined ? {} : { total: Number(range[2]) }) };
    }
    body.destroy();
    throw fail("E_REGISTRY_ANSWER", { what: request.what, host: at.endpoint.host, why: "it sent another range" });
  }
  if (status !== 200) throw await refused(at, answer, request, "blob");
  const length = Number(headers["content-length"] ?? "NaN");
  return { body, ranged: from === 0 && to === undefined, ...(Number.isSafeInteger(length) ? { total: length } : {}) };
}

function manifestRequest(
  at: Place,
  reference: Reference,
  digest: Digest | undefined,
  method: "GET" | "HEAD",
  call: CallOptions,
): ApiRequest {
  const { repository } = at.endpoint;
  const wanted = digest ?? reference.digest ?? reference.tag ?? "latest";
  return {
    method,
    path: `${repository}/manifests/${wanted}`,
    headers: { accept: MANIFEST_ACCEPT },
    repository,
    what: formatReference(reference),
    signal: call.signal,
  };
}

function refused(at: Place, answer: ApiResponse, request: ApiRequest, kind: "manifest" | "blob"): Promise<Error> {
  const asked = { what: request.what, host: at.endpoint.host, kind, source: answer.source };
  return answerFailure(answer.response, asked, at.wire.clock.now());
}
