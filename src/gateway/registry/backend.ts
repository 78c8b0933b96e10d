// The Distribution registry behind the gateway: requests to it and its raw answers, over a socket in the file system that
// only the gateway's account can reach, or a port of this machine. Owns connections: close it.

import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { reasonOf } from "../../base/errors.ts";
import { fail } from "./errors.ts";

/** Where the registry listens. */
export type BackendAddress =
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };

/** A request to pass on. */
export interface BackendRequest {
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: Readable | Buffer | undefined;
  readonly signal: AbortSignal;
}

/** The registry behind. */
export interface Backend {
  /** The answer's head; its body must be read or destroyed. @throws E_REGISTRY_AWAY, the signal's reason */
  send(request: BackendRequest): Promise<IncomingMessage>;
  close(): void;
}

// A layer of gigabytes may be stored slowly, but silence for so long is none.
const IDLE_MS = 15 * 60_000;

export function openBackend(address: BackendAddress): Backend {
  const agent = new Agent({ keepAlive: true, maxSockets: 512, maxFreeSockets: 32 });
  const to = address.kind === "unix" ? { socketPath: address.path } : { host: address.host, port: address.port };
  return {
    send: ({ method, path, headers, body, signal }) =>
      new Promise((resolve, reject) => {
        const away = (cause: unknown) =>
          reject(signal.aborted ? signal.reason : fail("E_REGISTRY_AWAY", { why: reasonOf(cause) }, { cause }));
        const sent = request({ ...to, agent, method, path, headers, signal });
        sent.setTimeout(IDLE_MS, () => sent.destroy(new Error("it has been silent for too long")));
        sent.once("response", resolve);
        sent.on("error", away);
        if (body === undefined || Buffer.isBuffer(body)) sent.end(body);
        // The registry may answer (with a refusal) before it has read everything; then the answer counts.
        else pipeline(body, sent).catch(away);
      }),
    close: () => agent.destroy(),
  };
}
