// A request that asks for another protocol (websocket and others), as an exchange: its answer is written on the bare socket,
// which is given away when both sides agree.

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Exchange, RequestFacts } from "./exchange.ts";

/** An exchange whose connection can be had. */
export interface UpgradeExchange extends Exchange {
  readonly socket: Duplex;
  /** What the client sent after the head already. */
  readonly first: Buffer;
  /** Value of `Upgrade`. */
  readonly protocol: string;
  /** The answer is the other protocol's from here on; `onClose` still tells when it ends. */
  switchOver(reason: string, headers: readonly string[]): void;
}

/** Makes one of what Node's `upgrade` event brings. */
export function upgradeExchange(
  request: IncomingMessage,
  socket: Duplex,
  first: Buffer,
  facts: RequestFacts,
): UpgradeExchange {
  let [answered, sentBytes] = [false, 0];
  const headOf = (status: number, reason: string, headers: readonly string[]) => {
    answered = true;
    socket.write(`HTTP/1.1 ${status} ${reason}\r\n${lines(headers)}\r\n`, "latin1");
  };
  socket.on("error", () => socket.destroy());
  return {
    ...facts,
    socket,
    first,
    protocol: request.headers.upgrade ?? "",
    body: undefined,
    expectsContinue: false,
    header(name) {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    },
    get answered() {
      return answered;
    },
    get closed() {
      return socket.destroyed;
    },
    get sentBytes() {
      return sentBytes;
    },
    // Without chunks: the end of the connection is the end of the body.
    begin: (status, reason, headers) => headOf(status, reason, [...headers, "Connection", "close"]),
    write(piece) {
      sentBytes += piece.length;
      return socket.write(piece);
    },
    end(piece) {
      sentBytes += piece?.length ?? 0;
      if (piece) socket.end(piece, () => socket.destroy());
      else socket.end(() => socket.destroy());
    },
    abort: () => void socket.destroy(),
    sendContinue: () => undefined,
    sendHints: () => undefined,
    onDrain: (listener) => void socket.on("drain", listener),
    onClose: (listener) => void (socket.destroyed ? listener() : socket.once("close", listener)),
    switchOver: (reason, headers) => headOf(101, reason, headers),
  };
}

function lines(headers: readonly string[]): string {
  let text = "";
  for (let index = 0; index < headers.length; index += 2) text += `${headers[index]}: ${headers[index + 1]}\r\n`;
  return text;
}
