// One TCP connection to a backend, used by one request after the other. Says exactly what was lost when it breaks, for that
// decides whether a request may be sent again. Knows no clients and no routes.

import { connect, type Socket } from "node:net";
import { reasonOf } from "../../base/errors.ts";
import { ReplyReader, type ReplySink } from "./reply-reader.ts";

/** Who uses a connection for one request. */
export interface ConnectionUser extends ReplySink {
  /** More may be written. */
  onDrain(): void;
  /** The connection or the reply broke; nothing else is told afterwards. */
  onLost(loss: Loss): void;
}

export interface Loss {
  readonly why: string;
  /** Some byte of the reply had come. */
  readonly begun: boolean;
  /** It had carried another request before: the backend may have closed it when this one was on its way. */
  readonly reused: boolean;
  /** The backend answered what is no HTTP. */
  readonly malformed: boolean;
}

/** What a connection tells its pool. */
export interface ConnectionOwner {
  onFree(connection: BackendConnection): void;
  onGone(connection: BackendConnection): void;
}

/** One connection. */
export class BackendConnection {
  readonly socket: Socket;
  /** When it became free, milliseconds. */
  idleSince = 0;
  /** How long the backend keeps it, as far as is known. */
  keepMs: number | undefined;
  readonly #owner: ConnectionOwner;
  #user: ConnectionUser | undefined;
  #reader: ReplyReader | undefined;
  #requests = 0;
  #sent = false;

  constructor(socket: Socket, owner: ConnectionOwner) {
    this.socket = socket;
    this.#owner = owner;
    socket.on("data", (piece: Buffer) => this.#onData(piece));
    socket.on("drain", () => this.#user?.onDrain());
    socket.on("end", () => this.#onEnd());
    socket.on("error", (error) => this.#lose(reasonOf(error), false));
    socket.on("close", () => {
      this.#lose("it closed the connection", false);
      owner.onGone(this);
    });
  }

  /** Sends the head of a request; false: the socket is full. */
  begin(method: string, head: string, user: ConnectionUser): boolean {
    this.#user = user;
    this.#sent = false;
    this.#reader = new ReplyReader(method, user);
    this.#requests++;
    return this.socket.write(head, "latin1");
  }

  /** A piece of the request's body; false: wait for `onDrain`. */
  write(piece: Buffer | string): boolean {
    return this.socket.write(piece, "latin1");
  }

  /** A piece of a body that is sent in chunks; false: wait for `onDrain`. */
  writeChunk(piece: Buffer): boolean {
    this.socket.cork();
    this.socket.write(`${piece.length.toString(16)}\r\n`, "latin1");
    this.socket.write(piece);
    const room = this.socket.write("\r\n", "latin1");
    this.socket.uncork();
    return room;
  }

  /** The whole request is sent: the connection is free when the reply has ended. */
  finishRequest(): void {
    this.#sent = true;
    if (this.#reader?.done) this.#release();
  }

  /** Gives the bare socket away, for another protocol; this object is done with it. */
  detach(): Socket {
    this.#user = undefined;
    this.#reader = undefined;
    for (const event of ["data", "drain", "end", "error"]) this.socket.removeAllListeners(event);
    this.#requests = 0;
    return this.socket;
  }

  /** Breaks it without telling its user. */
  destroy(): void {
    this.#user = undefined;
    this.socket.destroy();
  }

  #onData(piece: Buffer): void {
    // Nobody asked: what a free connection says (often a 408) must not become the answer to the next request.
    if (!this.#reader || this.#reader.done) return void this.destroy();
    const { begun } = this.#reader;
    const wrong = this.#feed(this.#reader, piece);
    if (this.#reader === undefined) return;
    if (wrong !== undefined && !this.#reader.done) return void this.#lose(wrong, true, begun);
    if (wrong !== undefined) return void this.destroy();
    if (this.#reader.done) this.#replyEnded();
  }

  // Whatever a container may say that we did not think of: it breaks its own reply, not the process.
  #feed(reader: ReplyReader, piece: Buffer): string | undefined {
    try {
      return reader.feed(piece);
    } catch (error) {
      return reasonOf(error);
    }
  }

  // The reply may come before the whole request is sent (413 by the backend): then what is left cannot be taken back.
  #replyEnded(): void {
    if (this.#sent) this.#release();
    else this.destroy();
  }

  #onEnd(): void {
    const wrong = this.#reader?.end();
    if (wrong !== undefined) return void this.#lose(wrong, false);
    this.destroy();
  }

  #release(): void {
    const head = this.#reader?.head;
    this.#user = undefined;
    this.#reader = undefined;
    if (!head?.keepAlive || this.socket.destroyed) return void this.destroy();
    if (head.keepAliveSeconds !== undefined) this.keepMs = head.keepAliveSeconds * 1000;
    this.#owner.onFree(this);
  }

  #lose(why: string, malformed: boolean, begun = this.#reader?.begun ?? false): void {
    const user = this.#user;
    const done = this.#reader?.done ?? true;
    this.#user = undefined;
    this.socket.destroy();
    if (user && !done) user.onLost({ why, begun, reused: this.#requests > 1, malformed });
  }
}

/** Connects within `withinMs`; calls back once, with a text when it failed. The answer gives up. */
export function connectBackend(
  at: { readonly host: string; readonly port: number },
  withinMs: number,
  allowHalfOpen: boolean,
  done: (socket: Socket | undefined, why: string) => void,
): () => void {
  const socket = connect({
    host: at.host,
    port: at.port,
    allowHalfOpen,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
  });
  const timer = setTimeout(() => settle(undefined, `no connection within ${withinMs} ms`), withinMs);
  const onError = (error: Error) => settle(undefined, reasonOf(error));
  function settle(connected: Socket | undefined, why: string): void {
    clearTimeout(timer);
    socket.off("error", onError);
    if (!connected) socket.on("error", () => {}).destroy();
    done(connected, why);
  }
  socket.once("error", onError);
  socket.once("connect", () => settle(socket, ""));
  return () => {
    clearTimeout(timer);
    socket.off("error", onError);
    socket.removeAllListeners("connect");
    socket.on("error", () => {}).destroy();
  };
}
