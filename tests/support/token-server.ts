// A token server for tests (distribution-spec's token protocol): checks logins, signs tokens with its own key, and
// remembers every request so that a test can see what it was sent.

import { execFileSync } from "node:child_process";
import { randomUUID, sign, X509Certificate } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/** Who may get tokens. */
export interface TokenServerOptions {
  /** Password of each user. */
  readonly users?: Readonly<Record<string, string>>;
  /** OAuth2 refresh tokens that are good. */
  readonly refreshTokens?: readonly string[];
  /** True: callers without a login get a token that allows pulling. */
  readonly anonymousPull?: boolean;
  /** Seconds a token lives; 300 unless said otherwise. */
  readonly lifetime?: number;
}

/** One request as it came. */
export interface TokenRequestSeen {
  readonly method: string;
  readonly authorization: string | undefined;
  readonly parameters: URLSearchParams;
}

/** A running token server. */
export interface TokenServer {
  readonly realm: string;
  readonly service: string;
  readonly issuer: string;
  /** PEM file of the certificate whose key signs the tokens. */
  readonly certificate: string;
  readonly seen: readonly TokenRequestSeen[];
  stop(): Promise<void>;
}

export async function startTokenServer(options: TokenServerOptions, dir: string): Promise<TokenServer> {
  const signer = await makeSigner(dir);
  const seen: TokenRequestSeen[] = [];
  const service = "berth-test";
  const server = createServer(async (request, response) => {
    const parameters = await readParameters(request);
    const { method = "", headers } = request;
    seen.push({ method, authorization: headers.authorization, parameters });
    const user = whoIs(options, headers.authorization, parameters);
    if (user === undefined) return answer(response, 401, { details: "incorrect username or password" });
    const allowed = user === "" && !options.anonymousPull ? [] : ["pull", ...(user === "" ? [] : ["push"])];
    const life = options.lifetime ?? 300;
    answer(response, 200, { token: signer.token(user, service, parameters, allowed, life), expires_in: life });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    realm: `http://127.0.0.1:${port}/token`,
    service,
    issuer: signer.issuer,
    certificate: signer.certificate,
    seen,
    stop: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

async function readParameters(request: IncomingMessage): Promise<URLSearchParams> {
  if (request.method !== "POST") return new URL(request.url ?? "/", "http://localhost").searchParams;
  let body = "";
  for await (const chunk of request) body += chunk;
  return new URLSearchParams(body);
}

// "" is nobody; undefined a wrong login.
function whoIs(
  options: TokenServerOptions,
  login: string | undefined,
  parameters: URLSearchParams,
): string | undefined {
  if (parameters.get("grant_type") === "refresh_token") {
    return options.refreshTokens?.includes(parameters.get("refresh_token") ?? "") ? "refreshed" : undefined;
  }
  if (login === undefined) return "";
  const [name = "", password] = Buffer.from(login.replace(/^Basic /, ""), "base64")
    .toString()
    .split(":");
  return options.users?.[name] === password ? name : undefined;
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

async function makeSigner(dir: string) {
  await mkdir(dir, { recursive: true });
  const [key, certificate] = [join(dir, "token.key"), join(dir, "token.crt")];
  const make = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=berth test tokens"];
  execFileSync("openssl", [...make, "-keyout", key, "-out", certificate], { stdio: ["ignore", "ignore", "pipe"] });
  const privateKey = await readFile(key);
  const x5c = [new X509Certificate(await readFile(certificate)).raw.toString("base64")];
  const issuer = "berth test tokens";
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const token = (user: string, aud: string, parameters: URLSearchParams, allowed: string[], life: number): string => {
    const access = parameters
      .getAll("scope")
      .flatMap((all) => all.split(" "))
      .filter(Boolean)
      .map((scope) => {
        const [type = "", rest = ""] = [scope.slice(0, scope.indexOf(":")), scope.slice(scope.indexOf(":") + 1)];
        const [name, actions = ""] = [rest.slice(0, rest.lastIndexOf(":")), rest.slice(rest.lastIndexOf(":") + 1)];
        return { type, name, actions: actions.split(",").filter((action) => allowed.includes(action)) };
      });
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: issuer, sub: user, aud, exp: now + life, nbf: now - 10, iat: now, jti: randomUUID(), access };
    const head = `${part({ typ: "JWT", alg: "RS256", x5c })}.${part(claims)}`;
    return `${head}.${sign("RSA-SHA256", Buffer.from(head), privateKey).toString("base64url")}`;
  };
  return { issuer, certificate, token };
}
