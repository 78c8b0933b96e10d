// A light load generator: raw sockets, one request at a time on each connection, no pipelining. On a machine of two cores
// it must not cost more than what it measures.

import { connect, type Socket } from "node:net";

/** One answer. */
export interface Answer {
  /** 0: refused or cut off. */
  readonly status: number;
  /** From the moment at which the request was due to the last byte of the answer. */
  readonly ms: number;
  readonly bytes: number;
}

export interface Load {
  readonly port: number;
  readonly count: number;
  /** The bytes of request number `n`. */
  readonly request: (n: number) => string;
}

export interface LoadResult {
  readonly answers: readonly Answer[];
  /** From the first request to the last answer. */
  readonly seconds: number;
}

/** Sends over keep-alive connections, on each the next request as soon as the answer is there: what the server can do. */
export async function sendAtOnce({ port, count, request }: Load, connections: number): Promise<LoadResult> {
  const clients = await openClients(port, connections);
  const answers: Answer[] = [];
  let next = 0;
  const begin = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      while (next < count) answers.push(await client.ask(request(next++), performance.now()));
    }),
  );
  return ended(answers, begin, clients);
}

/**
 * Sends at a rate of so many requests a second, spread evenly over the connections: how long people wait. A request that
 * is late, because its connection still waits, counts from when it was due.
 */
export async function sendPaced(
  { port, count, request }: Load,
  connections: number,
  rate: number,
): Promise<LoadResult> {
  const clients = await openClients(port, connections);
  const answers: Answer[] = [];
  const begin = performance.now();
  await Promise.all(
    clients.map(async (client, first) => {
      for (let n = first; n < count; n += connections) {
        const due = begin + (n / rate) * 1000;
        await until(due);
        answers.push(await client.ask(request(n), due));
      }
    }),
  );
  return ended(answers, begin, clients);
}

/** Every request on a connection of its own, within a second: nodes of a job that starts. */
export async function sendStorm({ port, count, request }: Load): Promise<LoadResult> {
  const begin = performance.now();
  const answers = await Promise.all(
    Array.from({ length: count }, async (_, n): Promise<Answer> => {
      const due = begin + (n / count) * 1000;
      await until(due);
      try {
        const client = await openClient(port);
        const answer = await client.ask(request(n), due);
        client.close();
        return answer;
      } catch {
        return { status: 0, ms: performance.now() - due, bytes: 0 };
      }
    }),
  );
  return ended(answers, begin, []);
}

/** One request on a connection of its own. */
export async function sendOne(port: number, request: string): Promise<Answer> {
  const client = await openClient(port);
  const answer = await client.ask(request, performance.now());
  client.close();
  return answer;
}

/** The time below which this part of the answers came, in milliseconds. */
export function quantile(answers: readonly Answer[], part: number): number {
  const sorted = answers.map(({ ms }) => ms).toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
}

function ended(answers: readonly Answer[], begin: number, clients: readonly Client[]): LoadResult {
  for (const client of clients) client.close();
  return { answers, seconds: (performance.now() - begin) / 1000 };
}

function until(due: number): Promise<void> | undefined {
  const ms = due - performance.now();
  return ms <= 0 ? undefined : new Promise((resolve) => setTimeout(resolve, ms));
}

interface Client {
  ask(request: string, due: number): Promise<Answer>;
  close(): void;
}

function openClients(port: number, count: number): Promise<Client[]> {
  return Promise.all(Array.from({ length: count }, () => openClient(port)));
}

function openClient(port: number): Promise<Client> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    socket.once("error", reject);
    socket.once("connect", () =>
      resolve({ ask: (request, due) => ask(socket, request, due), close: () => socket.destroy() }),
    );
  });
}

function ask(socket: Socket, request: string, due: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let seen = 0;
    let total = Number.POSITIVE_INFINITY;
    let status = 0;
    const settle = () => {
      socket.off("data", onData);
      socket.off("close", onEnd);
    };
    const onEnd = () => {
      settle();
      reject(new Error("the server hung up"));
    };
    const onData = (chunk: Buffer) => {
      if (seen === 0) {
        // Heads of answers are far shorter than a packet of the loopback.
        const head = chunk.toString("latin1", 0, Math.min(chunk.length, 1024));
        status = Number(head.slice(9, 12));
        total = lengthOf(head);
      }
      seen += chunk.length;
      const isLast = seen >= total || (total === CHUNKED && chunk.subarray(-5).equals(LAST_CHUNK));
      if (!isLast) return;
      settle();
      resolve({ status, ms: performance.now() - due, bytes: seen });
    };
    socket.on("data", onData);
    socket.on("close", onEnd);
    socket.write(request);
  });
}

const CHUNKED = Number.POSITIVE_INFINITY;
const LAST_CHUNK = Buffer.from("0\r\n\r\n");

function lengthOf(head: string): number {
  const [, length] = /content-length: (\d+)/i.exec(head) ?? [];
  return length === undefined ? CHUNKED : head.indexOf("\r\n\r\n") + 4 + Number(length);
}
