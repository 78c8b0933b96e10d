// Makes the sockets of the HTTP client: a tunnel, and TLS over it. Trust is tried as a ladder: authorities of the
// registry's own folder, those built in, those of the system; only an unknown issuer leads to the next rung.

import { isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { buildConnector } from "undici";
import { errnoOf } from "../../base/errors.ts";
import type { CertSource, TlsMaterial } from "./certs.ts";
import { bareHost, type ProxyRules } from "./proxy.ts";
import { connected, endedBy, openTunnel, type Target } from "./tunnel.ts";

/** What a connector needs to know. */
export interface ConnectorOptions {
  readonly proxyFor: ProxyRules;
  readonly certs: CertSource;
  /** False: take any certificate (a registry marked insecure). */
  readonly verify: boolean;
  /** Milliseconds for the whole way: proxy, tunnel, handshake. */
  readonly timeout: number;
}

/** The function that undici calls for every new connection. */
export function connector(options: ConnectorOptions): buildConnector.connector {
  return (request, done) => {
    open(request, options).then(
      (socket) => done(null, socket as Parameters<typeof done>[1] & Socket),
      (error) => done(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
}

async function open(request: buildConnector.Options, options: ConnectorOptions): Promise<Socket> {
  const secure = request.protocol === "https:";
  const url = new URL(`${request.protocol}//${request.host ?? request.hostname}`);
  const target = { host: bareHost(url.hostname), port: Number(url.port) || (secure ? 443 : 80) };
  const proxy = options.proxyFor(url);
  const signal = AbortSignal.timeout(options.timeout);
  if (!secure) return settled(await openTunnel(target, proxy, signal));
  const material = await options.certs(url.host);
  const rungs = options.verify ? material.trust : [async () => undefined];
  for (const [at, authorities] of rungs.entries()) {
    const ca = await authorities();
    const tunnel = await openTunnel(target, proxy, signal);
    try {
      return settled(await secureTunnel(tunnel, target, { ca, material, verify: options.verify, signal }));
    } catch (error) {
      if (at === rungs.length - 1 || !isUnknownIssuer(error)) throw error;
    }
  }
  throw new Error("no authorities to trust");
}

interface Handshake {
  readonly ca: readonly Buffer[] | undefined;
  readonly material: TlsMaterial;
  readonly verify: boolean;
  readonly signal: AbortSignal;
}

async function secureTunnel(socket: Socket, target: Target, shake: Handshake): Promise<Socket> {
  const { ca, material, verify, signal } = shake;
  const tls = connectTls({
    socket,
    host: target.host,
    ALPNProtocols: ["http/1.1"],
    rejectUnauthorized: verify,
    // RFC 6066 allows no address in the server name.
    ...(isIP(target.host) ? {} : { servername: target.host }),
    ...(ca === undefined ? {} : { ca: [...ca] }),
    ...(material.cert && material.key ? { cert: material.cert, key: material.key } : {}),
  });
  return endedBy(signal, tls, connected(tls, "secureConnect"));
}

function settled(socket: Socket): Socket {
  socket.setNoDelay(true);
  // Long pulls pass through firewalls that forget silent connections.
  socket.setKeepAlive(true, 60_000);
  return socket;
}

const UNKNOWN_ISSUER = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
]);

/** True when a handshake failed only because nobody we trust signed the certificate. */
export function isUnknownIssuer(error: unknown): boolean {
  return UNKNOWN_ISSUER.has(errnoOf(error) ?? "");
}
