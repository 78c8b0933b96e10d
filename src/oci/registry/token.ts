// Fetches bearer tokens (distribution-spec's token protocol: GET with Basic or as nobody, POST for OAuth2 refresh
// tokens). A token server is named by the registry's own answer and may live elsewhere; what it is given is the
// credential of that registry alone, and only over a protected way.

import { reasonOf } from "../../base/errors.ts";
import type { Credential } from "../auth/credential.ts";
import { asString, type JsonObject, jsonObject } from "../json.ts";
import { answerFailure, shown } from "./answer-failure.ts";
import { readBounded } from "./body.ts";
import { fail } from "./errors.ts";
import { exchange, type Wire } from "./exchange.ts";
import { bareHost, isLoopback } from "./proxy.ts";
import type { HttpRequest, HttpResponse } from "./transport.ts";
import { basicLogin } from "./tunnel.ts";

/** What a Bearer challenge asks for. */
export interface TokenRequest {
  readonly realm: URL;
  readonly service: string | undefined;
  readonly scope: string | undefined;
  readonly credential: Credential | undefined;
  /** The registry's name, for messages. */
  readonly host: string;
  /** The thing that needs the token, for messages. */
  readonly what: string;
  readonly insecure: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A token and the time (milliseconds since 1970) until which it is used. */
export interface Token {
  readonly value: string;
  readonly until: number;
}

const CLIENT_ID = "berth";
const MAX_TOKEN_BODY = 1024 * 1024;
// The protocol's default life, and what we keep back so that a token does not end on its way.
const DEFAULT_LIFE = 60;
const MARGIN = 10;

/**
 * Checks where a registry sends its callers' logins. HTTPS always does; plain HTTP only to this machine, or to the
 * host of a registry that was itself marked insecure.
 *
 * @throws E_AUTH_REALM
 */
export function checkRealm(realm: string | undefined, from: URL, host: string, insecure: boolean): URL {
  if (realm === undefined || !URL.canParse(realm)) {
    throw fail("E_AUTH_REALM", { host, realm: shown(realm ?? "nowhere"), why: "it is not a URL" });
  }
  const url = new URL(realm);
  const name = `${url.protocol}//${url.host}`;
  const near = isLoopback(bareHost(url.hostname));
  const own = insecure && from.protocol === "http:" && url.hostname === from.hostname;
  if (url.protocol === "https:" || (url.protocol === "http:" && (near || own))) return url;
  throw fail("E_AUTH_REALM", { host, realm: name, why: `it uses ${url.protocol}//` });
}

/** Fetches a token. @throws E_AUTH_REFUSED, E_AUTH_REQUIRED, E_DENIED, E_RATE_LIMITED, E_TOKEN */
export async function fetchToken(wire: Wire, request: TokenRequest): Promise<Token> {
  const { host, credential } = request;
  const response = await exchange(wire, tokenRequest(request));
  const realm = response.url.host;
  if (response.status !== 200) {
    const asked = { what: request.what, host, kind: "login", source: credential?.source } as const;
    throw await answerFailure(response, asked, wire.clock.now());
  }
  const document = await readToken(response, realm, host);
  const value = asString(document["token"]) || asString(document["access_token"]);
  // It goes into a header as it is.
  if (!value || !/^[\x21-\x7e]+$/.test(value))
    throw fail("E_TOKEN", { realm, host, why: "there is none in its answer" });
  const life = document["expires_in"];
  const seconds = typeof life === "number" && life > 0 ? Math.min(life, 86_400) : DEFAULT_LIFE;
  return { value, until: wire.clock.now() + Math.max(seconds - MARGIN, seconds / 2) * 1000 };
}

async function readToken(response: HttpResponse, realm: string, host: string): Promise<JsonObject> {
  const body = await readBounded(response.body, MAX_TOKEN_BODY).catch((cause: unknown) => {
    throw fail("E_TOKEN", { realm, host, why: reasonOf(cause) }, { cause });
  });
  const document = body === undefined ? undefined : jsonObject(body);
  if (document === undefined) throw fail("E_TOKEN", { realm, host, why: "its answer is not a small JSON object" });
  return document;
}

function tokenRequest(request: TokenRequest): HttpRequest {
  const { credential, signal, insecure, service, scope } = request;
  const shared = { ...(insecure ? { insecure } : {}), ...(signal === undefined ? {} : { signal }) };
  const fields = new URLSearchParams();
  if (service !== undefined) fields.set("service", service);
  for (const one of scope?.split(" ") ?? []) if (one !== "") fields.append("scope", one);
  const url = new URL(request.realm);
  if (credential?.kind === "identity") {
    fields.set("scope", scope ?? "");
    fields.set("grant_type", "refresh_token");
    fields.set("client_id", CLIENT_ID);
    fields.set("refresh_token", credential.token);
    const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
    return { method: "POST", url, headers, body: fields.toString(), ...shared };
  }
  if (credential?.kind === "password") fields.set("account", credential.username);
  for (const [name, value] of fields) url.searchParams.append(name, value);
  const login = credential?.kind === "password" ? { authorization: basicLogin(credential) } : {};
  return { method: "GET", url, headers: { accept: "application/json", ...login }, ...shared };
}
