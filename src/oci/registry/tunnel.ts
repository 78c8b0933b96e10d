// Opens a byte stream to a host: directly, through an HTTP proxy's CONNECT (RFC 9110 9.3.6), or through SOCKS 5
// (RFC 1928, 1929). Proxies are asked to resolve names, as behind them our resolver often cannot.

import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import { fail } from "./errors.ts";
import type { ProxyHop } from "./proxy.ts";
import { CONNECT_WORDS } from "./words.ts";

/** Where a tunnel leads; `host` without brackets. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** A connected socket to the target, through the proxy when there is one. @throws E_PROXY; system errors as they are */
export async function openTunnel(target: Target, proxy: ProxyHop | undefined, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted();
  if (proxy === undefined) {
    const socket = connect({ host: target.host, port: target.port });
    return endedBy(signal, socket, connected(socket, "connect"));
  }
  const socket = connectProxy(proxy);
  try {
    return await endedBy(signal, socket, throughProxy(socket, target, proxy));
  } catch (error) {
    socket.destroy();
    if (signal.aborted) throw signal.reason;
    const why = CONNECT_WORDS[errnoOf(error) ?? ""] ?? reasonOf(error);
    throw fail("E_PROXY", { proxy: `${proxy.host}:${proxy.port}`, host: authority(target), why }, { cause: error });
  }
}

function connectProxy({ kind, host, port }: ProxyHop): Socket {
  if (kind !== "https") return connect({ host, port });
  return connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }) });
}

async function throughProxy(socket: Socket, target: Target, proxy: ProxyHop): Promise<Socket> {
  await connected(socket, proxy.kind === "https" ? "secureConnect" : "connect");
  await (proxy.kind === "socks5" ? socksHandshake(socket, target, proxy) : httpConnect(socket, target, proxy));
  return socket;
}

/** Destroys the socket when the signal comes before the work on it is done. */
export async function endedBy<T>(signal: AbortSignal, socket: Socket, work: Promise<T>): Promise<T> {
  const stop = () => socket.destroy(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await work;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Waits until a new socket is ready for data. */
export function connected<S extends Socket>(socket: S, event: "connect" | "secureConnect"): Promise<S> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.once("error", failed);
    socket.once(event, () => {
      socket.off("error", failed);
      resolve(socket);
    });
  });
}

function authority({ host, port }: Target): string {
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

const MAX_ANSWER = 16 * 1024;

async function httpConnect(socket: Socket, target: Target, proxy: ProxyHop): Promise<void> {
  const to = authority(target);
  const login = proxy.login ? `Proxy-Authorization: ${basicLogin(proxy.login)}\r\n` : "";
  socket.write(`CONNECT ${to} HTTP/1.1\r\nHost: ${to}\r\n${login}\r\n`);
  const answer = await readUntil(socket, (data) => {
    const end = data.indexOf("\r\n\r\n");
    return end < 0 ? undefined : end + 4;
  });
  const status = /^HTTP\/1\.[01] ([0-9]{3})/.exec(answer.toString("latin1"))?.[1];
  if (status === "407") throw new Error("it asks for a login (status 407)");
  if (!status?.startsWith("2")) throw new Error(status ? `it answered with status ${status}` : "it is no HTTP proxy");
}

/** The value of a Basic authorization header (RFC 7617). */
export function basicLogin(login: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${login.username}:${login.password}`).toString("base64")}`;
}

const SOCKS_ERRORS = [
  "general failure",
  "not allowed by its rules",
  "network unreachable",
  "host unreachable",
  "connection refused",
  "time to live expired",
];

async function socksHandshake(socket: Socket, target: Target, proxy: ProxyHop): Promise<void> {
  socket.write(Buffer.from(proxy.login ? [5, 2, 0, 2] : [5, 1, 0]));
  const [version, method] = await readUntil(socket, fixed(2));
  if (version !== 5) throw new Error("it is no SOCKS 5 proxy");
  if (method === 2 && proxy.login) await socksLogin(socket, proxy.login);
  else if (method !== 0) throw new Error("it accepts none of our ways to log in");
  socket.write(Buffer.concat([Buffer.from([5, 1, 0]), socksAddress(target)]));
  const reply = await readUntil(socket, (data) => {
    if (data.length < 5) return undefined;
    const length = { 1: 4, 3: 1 + (data[4] ?? 0), 4: 16 }[data[3] ?? 0] ?? 0;
    return data.length < 6 + length ? undefined : 6 + length;
  });
  const code = reply[1] ?? 1;
  if (code !== 0) throw new Error(SOCKS_ERRORS[code - 1] ?? `error ${code}`);
}

async function socksLogin(socket: Socket, login: { username: string; password: string }): Promise<void> {
  const [name, word] = [Buffer.from(login.username), Buffer.from(login.password)];
  if (name.length > 255 || word.length > 255) throw new Error("its user name or password is too long");
  socket.write(Buffer.concat([Buffer.from([1, name.length]), name, Buffer.from([word.length]), word]));
  const [, status] = await readUntil(socket, fixed(2));
  if (status !== 0) throw new Error("it refused user name and password");
}

function socksAddress({ host, port }: Target): Buffer {
  const tail = Buffer.from([port >> 8, port & 255]);
  if (isIP(host) === 4) return Buffer.concat([Buffer.from([1, ...host.split(".").map(Number)]), tail]);
  // IPv6 literals travel as text in a name: proxies take both, and this needs no address arithmetic.
  const name = Buffer.from(host);
  return Buffer.concat([Buffer.from([3, name.length]), name, tail]);
}

function fixed(length: number): (data: Buffer) => number | undefined {
  return (data) => (data.length < length ? undefined : length);
}

/** Reads until `complete` tells the length of the answer; more than that is a protocol error, as we speak first. */
function readUntil(socket: Socket, complete: (data: Buffer) => number | undefined): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let data: Buffer = Buffer.alloc(0);
    const finish = (error: Error | undefined) => {
      socket.pause();
      socket.off("data", onData).off("error", finish).off("end", onEnd).off("close", onEnd);
      return error ? reject(error) : resolve(data);
    };
    const onEnd = () => finish(new Error("it closed the connection"));
    const onData = (chunk: Buffer) => {
      data = Buffer.concat([data, chunk]);
      const length = complete(data);
      if (length === data.length) finish(undefined);
      else if (length !== undefined || data.length > MAX_ANSWER) finish(new Error("its answer is malformed"));
    };
    socket.on("data", onData).on("error", finish).on("end", onEnd).on("close", onEnd);
    socket.resume();
  });
}
