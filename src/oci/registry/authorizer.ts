// Holds what one registry has told us about logging in, and the tokens it gave: one authorizer per endpoint host, so
// that neither a credential nor a token can reach another. A class because it owns the tokens.

import type { Credential, CredentialSource } from "../auth/credential.ts";
import { type Challenge, parseChallenges } from "./challenge.ts";
import { fail } from "./errors.ts";
import type { Wire } from "./exchange.ts";
import { checkRealm, fetchToken, type Token } from "./token.ts";
import { basicLogin } from "./tunnel.ts";

/** What a request wants to do, for whom the answer is asked. */
export interface Wanted {
  readonly repository: string;
  /** `repository:library/alpine:pull` */
  readonly scope: string;
  /** Named in errors. */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
}

/** One registry's side of the conversation. */
export interface RegistryHost {
  readonly host: string;
  /** True when the user's reference names it; false for mirrors and replaced locations. */
  readonly named: boolean;
  readonly insecure: boolean;
}

export class Authorizer {
  readonly #wire: Wire;
  readonly #credentials: CredentialSource;
  readonly #registry: RegistryHost;
  readonly #known = new Map<string, Promise<Credential | undefined>>();
  readonly #tokens = new Map<string, HeldToken>();
  #challenge: { readonly challenge: Challenge; readonly from: URL } | undefined;

  constructor(wire: Wire, credentials: CredentialSource, registry: RegistryHost) {
    this.#wire = wire;
    this.#credentials = credentials;
    this.#registry = registry;
  }

  /** The Authorization header by what is known so far; undefined when the registry has asked for nothing yet. */
  async header(wanted: Wanted): Promise<string | undefined> {
    if (this.#challenge === undefined) return undefined;
    const { challenge, from } = this.#challenge;
    // A program that keeps logins may wait for a person.
    const credential = await heeding(wanted.signal, this.credential(wanted));
    if (challenge.scheme === "basic") return credential?.kind === "password" ? basicLogin(credential) : undefined;
    if (credential?.kind === "bearer") return `Bearer ${credential.token}`;
    const token = this.#token(challenge, from, wanted, credential);
    return `Bearer ${await heeding(wanted.signal, token)}`;
  }

  /**
   * Learns from a 401 that came from `from`; true when asking again has a point. `used` is the header that was
   * refused, if one was sent.
   *
   * @throws E_AUTH_SCHEME
   */
  learn(header: string | undefined, from: URL, used: string | undefined): boolean {
    const challenges = parseChallenges(header ?? "");
    const challenge = ["bearer", "basic"].flatMap((s) => challenges.filter((c) => c.scheme === s))[0];
    if (challenge === undefined) {
      const schemes = [...new Set(challenges.map((c) => c.scheme))].slice(0, 8).join(", ") || "no challenge";
      throw fail("E_AUTH_SCHEME", { host: this.#registry.host, schemes });
    }
    this.#challenge = { challenge, from };
    for (const [key, held] of this.#tokens) if (`Bearer ${held.value}` === used) this.#tokens.delete(key);
    // A token that was good may have ended; a password that was refused stays refused.
    return !used?.startsWith("Basic ");
  }

  /** Who we are here; looked up once. */
  credential(wanted: Wanted): Promise<Credential | undefined> {
    const known = this.#known.get(wanted.repository);
    if (known) return known;
    const { repository } = wanted;
    const { host, named } = this.#registry;
    const found = this.#credentials(host, repository, { named });
    this.#known.set(repository, found);
    found.catch(() => this.#known.delete(repository));
    return found;
  }

  // Several layers ask at once: they share one request for a token, which therefore heeds no single caller's signal;
  // the wire's time limits bound it.
  async #token(challenge: Challenge, from: URL, wanted: Wanted, credential: Credential | undefined): Promise<string> {
    const { host, insecure } = this.#registry;
    const realm = checkRealm(challenge.parameters["realm"], from, host, insecure);
    const { service } = challenge.parameters;
    const key = JSON.stringify([realm.href, service, wanted.scope]);
    const held = this.#tokens.get(key);
    if (held !== undefined && held.until > this.#wire.clock.now()) return held.value ?? (await held.pending).value;
    const shared = { realm, service, scope: wanted.scope, credential, host, what: wanted.what };
    const pending = fetchToken(this.#wire, { ...shared, insecure: insecure && realm.hostname === from.hostname });
    this.#tokens.set(key, { pending, value: undefined, until: Number.POSITIVE_INFINITY });
    try {
      const token = await pending;
      this.#tokens.set(key, { pending, ...token });
      return token.value;
    } catch (error) {
      this.#tokens.delete(key);
      throw error;
    }
  }
}

interface HeldToken {
  readonly pending: Promise<Token>;
  /** Undefined while it is on its way. */
  readonly value: string | undefined;
  readonly until: number;
}

/** The promise's value, unless the signal comes first. */
async function heeding<T>(signal: AbortSignal | undefined, promise: Promise<T>): Promise<T> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
