// WebSockets on the routes of the services: the server hands over the connection of an upgrade with its request, so that a
// route asks who it is and what it wants as every route does, and refuses in the same way. Knows nothing of what is said.

import { type IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";

interface Upgrade {
  readonly socket: Duplex;
  readonly head: Buffer;
}

const UPGRADES = new WeakMap<IncomingMessage, Upgrade>();

/** Bytes of one message: a paste of a large file comes in pieces. */
const MESSAGE_LIMIT = 1024 * 1024;

/** Keeps the connection of an upgrade with its request, and makes the response that refuses it if no route takes it. */
export function carryUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Parameters<ServerResponse["assignSocket"]>[0]);
  response.once("finish", () => socket.end());
  UPGRADES.set(request, { socket, head });
  return response;
}

/** Whether a request can become a WebSocket. */
export function isUpgrade(request: IncomingMessage): boolean {
  return UPGRADES.has(request);
}

const server = new WebSocketServer({
  noServer: true,
  maxPayload: MESSAGE_LIMIT,
  perMessageDeflate: false,
  clientTracking: false,
});

/** Turns the request into a WebSocket. Undefined: its headers were no proper handshake, and it was refused. */
export function acceptWebSocket(request: IncomingMessage): Promise<WebSocket | undefined> {
  const upgrade = UPGRADES.get(request);
  if (!upgrade) return Promise.resolve(undefined);
  const { socket, head } = upgrade;
  // Whoever went away while the program was started is told nothing more, not even that the connection closes.
  if (socket.destroyed) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const gone = () => resolve(undefined);
    socket.once("close", gone);
    server.handleUpgrade(request, socket, head, (webSocket) => {
      socket.off("close", gone);
      resolve(webSocket);
    });
  });
}
