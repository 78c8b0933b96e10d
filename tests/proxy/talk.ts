// Clients for tests that see every byte: raw TCP, and requests of Node's own client with all that came back.

import { type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:net";

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly trailers: NodeJS.Dict<string>;
}

export interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
}

/** One request on a connection of its own. */
export function ask(port: number, { method = "GET", path = "/", headers = {}, body }: Ask = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port, method, path, headers: headers as never, agent: false });
    outgoing.on("response", (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode = 0, trailers } = response;
        resolve({ status: statusCode, headers: response.headers, body: Buffer.concat(pieces).toString(), trailers });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** Sends bytes as they are; everything that comes until the other side closes, or until `enough` says so. */
export function raw(port: number, bytes: string, enough: (text: string) => boolean = () => false): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    socket.on("connect", () => socket.write(bytes, "latin1"));
    socket.on("data", (piece) => {
      text += piece.toString("latin1");
      if (enough(text)) socket.destroy();
    });
    socket.setTimeout(5_000, () => socket.destroy());
    socket.on("error", (error) => (text === "" ? reject(error) : resolve(text)));
    socket.on("close", () => resolve(text));
  });
}
