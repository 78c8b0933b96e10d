// Small proxies for tests: HTTP (CONNECT and absolute-form) and SOCKS 5, with and without a login. They remember what
// they were asked for.

import { createServer as createHttp, type IncomingMessage, request } from "node:http";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A running proxy. */
export interface TestProxy {
  /** `http://127.0.0.1:PORT` or `socks5://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** `CONNECT host:port` or `GET http://…`, in order. */
  readonly seen: readonly string[];
  stop(): Promise<void>;
}

/** An HTTP proxy; `login` is the `name:password` it wants. All names lead to this machine. */
export async function startHttpProxy(login?: string): Promise<TestProxy> {
  const seen: string[] = [];
  const wanted = login === undefined ? undefined : `Basic ${Buffer.from(login).toString("base64")}`;
  const refused = (message: IncomingMessage) =>
    wanted !== undefined && message.headers["proxy-authorization"] !== wanted;
  const server = createHttp((message, response) => {
    seen.push(`${message.method} ${message.url}`);
    if (refused(message)) return void response.writeHead(407).end();
    const { port, pathname, search } = new URL(message.url ?? "");
    const onward = request(
      { port, path: pathname + search, method: message.method, headers: message.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      },
    );
    message.pipe(onward);
  });
  server.on("connect", (message: IncomingMessage, socket: Socket) => {
    seen.push(`CONNECT ${message.url}`);
    if (refused(message)) return socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    splice(socket, Number(message.url?.split(":").at(-1)), "HTTP/1.1 200 Connection established\r\n\r\n");
  });
  return listen(server, "http", seen);
}

/** A SOCKS 5 proxy; `login` is the `name:password` it wants. All names lead to this machine. */
export async function startSocksProxy(login?: string): Promise<TestProxy> {
  const seen: string[] = [];
  const server = createServer(async (socket) => {
    socket.on("error", () => {});
    const reader = bytesOf(socket);
    const [, count = 0] = await reader(2);
    await reader(count);
    socket.write(Buffer.from([5, login === undefined ? 0 : 2]));
    if (login !== undefined) {
      const [, nameLength = 0] = await reader(2);
      const name = (await reader(nameLength)).toString();
      const [wordLength = 0] = await reader(1);
      const good = `${name}:${await reader(wordLength)}` === login;
      socket.write(Buffer.from([1, good ? 0 : 1]));
      if (!good) return socket.end();
    }
    const head = await reader(4);
    const length = head[3] === 1 ? 4 : ((await reader(1))[0] ?? 0);
    const address = await reader(length);
    const port = (await reader(2)).readUInt16BE(0);
    seen.push(`CONNECT ${head[3] === 1 ? [...address].join(".") : address.toString()}:${port}`);
    splice(socket, port, Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
  });
  return listen(server, "socks5", seen);
}

function splice(socket: Socket, port: number, greeting: string | Buffer): void {
  socket.on("error", () => {});
  const onward = connect(port, "127.0.0.1", () => {
    socket.write(greeting);
    socket.pipe(onward).pipe(socket);
  });
  onward.on("error", () => socket.destroy());
}

function bytesOf(socket: Socket): (count: number) => Promise<Buffer> {
  return async (count) => {
    for (;;) {
      const chunk: Buffer | null = count === 0 ? Buffer.alloc(0) : socket.read(count);
      if (chunk !== null) return chunk;
      await new Promise((resolve) => socket.once("readable", resolve));
    }
  };
}

async function listen(server: Server, scheme: string, seen: string[]): Promise<TestProxy> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { url: `${scheme}://127.0.0.1:${port}`, port, seen, stop };
}
