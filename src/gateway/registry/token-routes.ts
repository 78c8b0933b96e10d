// The token service's HTTP side: GET with Basic, and POST as OAuth2 (password and refresh_token), as Docker's and the
// container tools' clients ask. Knows the service, and nothing of what it decides.

import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { BerthError } from "../../base/errors.ts";
import { fail } from "./errors.ts";
import { parseScopes } from "./scope.ts";
import type { TokenAnswer, TokenService, TokenWish } from "./token-service.ts";

/** Where tokens are asked for. */
export const TOKEN_PATH = "/registry/token";

const FORM = "application/x-www-form-urlencoded";
const MAX_FORM = 64 * 1024;

/** The routes of the token service. */
export function tokenServiceRoutes(service: TokenService): FastifyPluginAsync {
  return async (app) => {
    const options = { parseAs: "string", bodyLimit: MAX_FORM } as const;
    app.addContentTypeParser(FORM, options, (_request, body, done) => done(null, new URLSearchParams(String(body))));
    app.setErrorHandler((error, request, reply) => refuse(error, request, reply));
    app.get(TOKEN_PATH, async (request, reply) => answer(reply, await service.issue(wishOfQuery(request))));
    app.post(TOKEN_PATH, async (request, reply) => answer(reply, await service.issue(wishOfForm(request.body))));
  };
}

function wishOfQuery(request: FastifyRequest): TokenWish {
  const query = new URL(request.url, "http://gateway").searchParams;
  return {
    service: query.get("service") ?? undefined,
    scopes: parseScopes(query.getAll("scope")),
    login: basicLogin(request.headers.authorization),
    offline: query.get("offline_token") === "true",
    client: query.get("client_id") ?? "docker",
  };
}

function wishOfForm(form: unknown): TokenWish {
  if (!(form instanceof URLSearchParams)) throw fail("E_REGISTRY_TOKEN_REQUEST", { why: `its body is not ${FORM}` });
  return {
    service: form.get("service") ?? undefined,
    scopes: parseScopes(form.getAll("scope")),
    login: formLogin(form),
    offline: form.get("access_type") === "offline",
    client: form.get("client_id") ?? "docker",
  };
}

function formLogin(form: URLSearchParams) {
  const type = form.get("grant_type");
  if (type === "refresh_token") return { user: "", password: form.get("refresh_token") ?? "" };
  if (type !== "password") throw fail("E_REGISTRY_TOKEN_REQUEST", { why: "grant_type is password or refresh_token" });
  return { user: form.get("username") ?? "", password: form.get("password") ?? "" };
}

function basicLogin(header: string | undefined): TokenWish["login"] {
  const value = /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(header ?? "")?.[1];
  if (value === undefined) {
    if (header === undefined) return undefined;
    throw fail("E_REGISTRY_TOKEN_REQUEST", { why: "the header authorization is not Basic" });
  }
  const text = Buffer.from(value, "base64").toString();
  const colon = text.indexOf(":");
  if (colon < 0) throw fail("E_REGISTRY_TOKEN_REQUEST", { why: "the login has no colon" });
  const login = { user: text.slice(0, colon), password: text.slice(colon + 1) };
  // What podman and skopeo send when they have no login.
  return login.user === "" && login.password === "" ? undefined : login;
}

function answer(reply: FastifyReply, { token, expires, issued, scope, refresh }: TokenAnswer): FastifyReply {
  return reply.header("cache-control", "no-store").send({
    // Two names for the same: Docker's own and OAuth2's.
    ...{ token, access_token: token, token_type: "Bearer", expires_in: expires },
    issued_at: new Date(issued * 1000).toISOString(),
    scope,
    ...(refresh === undefined ? {} : { refresh_token: refresh }),
  });
}

function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { statusCode = 500 } = error as { readonly statusCode?: number };
  const status = error instanceof BerthError ? error.http : statusCode;
  if (status >= 500) request.log.error({ err: error }, "no token could be made");
  const known = error instanceof BerthError && status !== 500;
  const message = known ? `${error.message}${error.hint === undefined ? "" : ` (${error.hint})`}` : "no token";
  if (status === 401) reply.header("www-authenticate", 'Basic realm="berth"');
  const code = status === 401 ? "UNAUTHORIZED" : "UNKNOWN";
  return reply.code(status).send({ errors: [{ code, message }], details: message });
}
