// The server's end of the control socket: proxies connect, say who they are, and are sent orders. Knows no tables.

import { chmod, lstat, mkdir, rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import { LineReader } from "../../proxy/link/lines.ts";
import type { ProxyMessage, ProxyOrder } from "../../proxy/types.ts";
import { fail } from "./errors.ts";
import { parseMessage } from "./parse-message.ts";

const LINE_BYTES = 16 * 1024 * 1024;
/** A proxy that does not read its orders is dropped; it comes back for the whole table. */
const UNSENT_BYTES = 512 * 1024 * 1024;

/** A proxy that is connected. */
export interface ControlPeer {
  send(order: ProxyOrder | string): void;
  close(): void;
}

/** Who hears of them. */
export interface ControlEvents {
  onMessage(peer: ControlPeer, message: ProxyMessage): void;
  onGone(peer: ControlPeer): void;
  onTrouble(why: string): void;
}

/** An open control socket. */
export interface ControlSocket {
  close(): Promise<void>;
}

/** Listens. The folder is the server's alone: whoever may connect gets the keys of all certificates. @throws E_ROUTES_SOCKET */
export async function openControlSocket(path: string, events: ControlEvents): Promise<ControlSocket> {
  const peers = new Set<Socket>();
  const server = createServer((socket) => {
    peers.add(socket);
    socket.once("close", () => peers.delete(socket));
    serve(socket, events);
  });
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await removeStale(path);
    await listen(server, path);
  } catch (cause) {
    throw fail("E_ROUTES_SOCKET", { path, why: reasonOf(cause) }, { cause });
  }
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of peers) socket.destroy();
      await closed;
    },
  };
}

// The mask keeps others out in the moment before the mode is set.
async function listen(server: Server, path: string): Promise<void> {
  const mask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(path, resolve);
    });
  } finally {
    process.umask(mask);
  }
  await chmod(path, 0o600);
}

function serve(socket: Socket, events: ControlEvents): void {
  const peer: ControlPeer = {
    send(order) {
      if (socket.destroyed) return;
      socket.write(typeof order === "string" ? order : `${JSON.stringify(order)}\n`);
      if (socket.writableLength > UNSENT_BYTES) socket.destroy();
    },
    close: () => void socket.destroy(),
  };
  const reader = new LineReader(LINE_BYTES, (line) => {
    const message = parseMessage(line);
    if (message) events.onMessage(peer, message);
  });
  socket.on("data", (piece: Buffer) => {
    try {
      reader.feed(piece);
    } catch (error) {
      events.onTrouble(reasonOf(error));
      socket.destroy();
    }
  });
  socket.on("error", () => undefined);
  socket.once("close", () => events.onGone(peer));
}

// The socket of a server that was killed is still there, and nobody behind it.
async function removeStale(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (!found?.isSocket()) return;
  const alive = await new Promise<boolean>((resolve) => {
    const connection = connect(path);
    connection.once("connect", () => {
      connection.destroy();
      resolve(true);
    });
    connection.once("error", (error) => resolve(errnoOf(error) !== "ECONNREFUSED"));
  });
  if (!alive) await rm(path, { force: true });
}
