// Talks to one endpoint: finds out whether it speaks HTTPS, logs in when asked, and repeats a request for which a
// login was missing. Gives back whatever answer remains; what it means is for the caller to say.

import { hasCode } from "../../base/errors.ts";
import type { CredentialSource } from "../auth/credential.ts";
import { Authorizer, type RegistryHost } from "./authorizer.ts";
import { discard } from "./body.ts";
import { apiHost } from "./endpoint.ts";
import { fail } from "./errors.ts";
import { exchange, type Wire } from "./exchange.ts";
import { bareHost, isLoopback } from "./proxy.ts";
import type { HttpRequest, HttpResponse, RequestBody } from "./transport.ts";

/** A request below `/v2/`, or to a place that the registry itself has named. */
export interface ApiRequest {
  readonly method: HttpRequest["method"];
  /** Path after `/v2/`, with query; or a whole URL out of a Location header. */
  readonly path: string | URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly repository: string;
  /** The thing asked for, for messages. */
  readonly what: string;
  /** What is to be done with the repository; `pull` unless said otherwise. */
  readonly actions?: "pull" | "pull,push";
  /** A second repository that is read from (to mount a blob of it). */
  readonly from?: string;
  readonly body?: RequestBody;
  /** Milliseconds until the answer begins, where the usual limit is too short. */
  readonly patience?: number;
  /** True: what fails is not sent again, since a part of it may have arrived. */
  readonly once?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** An answer, and where the credential that was used for it came from. */
export interface ApiResponse {
  readonly response: HttpResponse;
  readonly source: string | undefined;
}

/** A conversation with one endpoint; keeps its tokens and what was learnt of it. */
export interface Session {
  request(request: ApiRequest): Promise<ApiResponse>;
}

type Scheme = "https" | "http";

/** Begins a conversation; nothing is sent before the first request. */
export function openSession(wire: Wire, credentials: CredentialSource, registry: RegistryHost): Session {
  const authorizer = new Authorizer(wire, credentials, registry);
  const address = apiHost(registry.host);
  let scheme: Scheme = "https";
  const send = async (request: ApiRequest, over: Scheme): Promise<ApiResponse> => {
    const { url, own } = placeOf(request.path, over, address);
    const wanted = { ...request, scope: scopeOf(request) };
    for (let round = 0; ; round += 1) {
      // A place elsewhere has a right to what is sent there, but not to a login.
      const authorization = own ? await authorizer.header(wanted) : undefined;
      const response = await exchange(wire, {
        method: request.method,
        url,
        headers: { ...request.headers, ...(authorization === undefined ? {} : { authorization }) },
        ...(registry.insecure && own ? { insecure: true } : {}),
        ...(request.body === undefined ? {} : { body: request.body }),
        ...(request.patience === undefined ? {} : { patience: request.patience }),
        ...(request.once ? { once: true } : {}),
        signal: request.signal,
      });
      // A 401 of a place we were redirected to says nothing of how to log in here.
      const challenged = response.status === 401 && !response.redirected && own && round === 0;
      if (!challenged || !authorizer.learn(response.headers["www-authenticate"], url, authorization)) {
        const credential = authorization === undefined ? undefined : await authorizer.credential(wanted);
        return { response, source: credential?.source };
      }
      await discard(response.body);
    }
  };
  return {
    request: async (request) => {
      // Requests at once may all find out; each goes by what it tried itself.
      const tried = scheme;
      try {
        return await send(request, tried);
      } catch (error) {
        if (tried === "http" || !mayUsePlain(registry, address, error)) throw error;
        const answer = await send(request, "http");
        if (scheme === "https") wire.log.debug(`${registry.host} does not speak HTTPS; using plain HTTP`);
        scheme = "http";
        return answer;
      }
    },
  };
}

// What the caller may do there, in the words of the token protocol.
function scopeOf({ repository, actions = "pull", from }: ApiRequest): string {
  if (repository === "") return "";
  return `repository:${repository}:${actions}${from === undefined ? "" : ` repository:${from}:pull`}`;
}

// A registry behind a proxy that ends TLS often names itself with http://; its own scheme counts.
function placeOf(path: string | URL, over: Scheme, address: string): { readonly url: URL; readonly own: boolean } {
  const home = new URL(`${over}://${address}/v2/`);
  if (typeof path === "string") return { url: new URL(home.href + path), own: true };
  if (path.hostname !== home.hostname || path.port !== home.port) {
    const open = path.protocol === "http:" && over === "https" && !isLoopback(bareHost(path.hostname));
    if (open) throw fail("E_REDIRECT", { host: address, why: `from HTTPS to plain HTTP at ${path.host}` });
    return { url: path, own: false };
  }
  return { url: new URL(path.pathname + path.search, home), own: true };
}

// HTTPS first even where plain HTTP is allowed: a registry that got a certificate is used with it at once.
function mayUsePlain(registry: RegistryHost, address: string, error: unknown): boolean {
  const url = new URL(`http://${address}`);
  if (!registry.insecure && !isLoopback(bareHost(url.hostname))) return false;
  if (hasCode(error, "E_PLAIN_HTTP")) return true;
  // Without a port HTTP is asked at another one, and HTTP_PROXY may know a way that HTTPS_PROXY does not.
  if (hasCode(error, "E_CONNECT") || hasCode(error, "E_PROXY")) return registry.insecure || url.port === "";
  return registry.insecure && hasCode(error, "E_TLS_HANDSHAKE");
}
