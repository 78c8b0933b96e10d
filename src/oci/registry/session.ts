// Talks to one endpoint: finds out whether it speaks HTTPS, logs in when asked, and repeats a request for which a
// login was missing. Gives back whatever answer remains; what it means is for the caller to say.

import { hasCode } from "../../base/errors.ts";
import type { CredentialSource } from "../auth/credential.ts";
import { Authorizer, type RegistryHost } from "./authorizer.ts";
import { discard } from "./body.ts";
import { apiHost } from "./endpoint.ts";
import { exchange, type Wire } from "./exchange.ts";
import { bareHost, isLoopback } from "./proxy.ts";
import type { HttpResponse } from "./transport.ts";

/** A request below `/v2/`. */
export interface ApiRequest {
  readonly method: "GET" | "HEAD";
  /** Path after `/v2/`, with query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly repository: string;
  /** The thing asked for, for messages. */
  readonly what: string;
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
    const url = new URL(`${over}://${address}/v2/${request.path}`);
    const wanted = { ...request, scope: request.repository === "" ? "" : `repository:${request.repository}:pull` };
    for (let round = 0; ; round += 1) {
      const authorization = await authorizer.header(wanted);
      const response = await exchange(wire, {
        method: request.method,
        url,
        headers: { ...request.headers, ...(authorization === undefined ? {} : { authorization }) },
        ...(registry.insecure ? { insecure: true } : {}),
        signal: request.signal,
      });
      // A 401 of a place we were redirected to says nothing of how to log in here.
      const challenged = response.status === 401 && !response.redirected && round === 0;
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

// HTTPS first even where plain HTTP is allowed: a registry that got a certificate is used with it at once.
function mayUsePlain(registry: RegistryHost, address: string, error: unknown): boolean {
  const url = new URL(`http://${address}`);
  if (!registry.insecure && !isLoopback(bareHost(url.hostname))) return false;
  if (hasCode(error, "E_PLAIN_HTTP")) return true;
  // Without a port HTTP is asked at another one, and HTTP_PROXY may know a way that HTTPS_PROXY does not.
  if (hasCode(error, "E_CONNECT") || hasCode(error, "E_PROXY")) return registry.insecure || url.port === "";
  return registry.insecure && hasCode(error, "E_TLS_HANDSHAKE");
}
