// The embedded registry with misbehaviour on demand: counts what blob bytes it sends, and cuts, corrupts, stalls or
// slows its answers.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { registryHandler } from "../../src/oci/registry-server/server.ts";

/** What may go wrong with one blob answer. */
export interface Fault {
  /** Cuts the connection after so many bytes of the body. */
  readonly cutAfter?: number;
  /** Sends nothing more after so many bytes of the body, and keeps the connection open. */
  readonly stallAfter?: number;
  /** Turns the byte at this position of the body. */
  readonly corruptAt?: number;
  /** Milliseconds before each piece of the body. */
  readonly delay?: number;
  /** Ignores the Range header, as some servers do. */
  readonly noRanges?: boolean;
  /** Answers with this status instead. */
  readonly status?: number;
}

export interface FaultyRegistry {
  readonly host: string;
  /** `METHOD path` of every request, in order. */
  readonly requests: string[];
  /** Bytes of blob bodies handed to the network. */
  sent(): number;
  close(): Promise<void>;
}

/** Serves a layout; `fault` decides about the n-th blob request (counted from 0). */
export async function faultyRegistry(
  repositories: Readonly<Record<string, string>>,
  fault: (count: number, request: IncomingMessage) => Fault = () => ({}),
): Promise<FaultyRegistry> {
  const requests: string[] = [];
  const handler = registryHandler({ repositories });
  let sent = 0;
  let count = 0;
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (request.url?.includes("/blobs/")) misbehave(request, response, fault(count++, request), (n) => (sent += n));
    if (!response.writableEnded) void handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    sent: () => sent,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await handler.close();
    },
  };
}

function misbehave(request: IncomingMessage, response: ServerResponse, fault: Fault, count: (bytes: number) => void) {
  if (fault.status) return void response.writeHead(fault.status).end("{}");
  if (fault.noRanges) delete request.headers.range;
  const write = response.write.bind(response) as (chunk: Buffer, done?: () => void) => boolean;
  const end = response.end.bind(response) as () => ServerResponse;
  const last = fault.cutAfter ?? fault.stallAfter ?? Number.POSITIVE_INFINITY;
  let at = 0;
  // Pieces go out one after the other, each after its delay; the end waits for them.
  let line: Promise<void> = Promise.resolve();
  const send = async (chunk: Buffer): Promise<void> => {
    if (fault.delay) await sleep(fault.delay);
    const piece = Buffer.from(chunk.subarray(0, Math.max(0, last - at)));
    const place = (fault.corruptAt ?? -1) - at;
    if (place >= 0 && place < piece.length) piece[place] = (piece[place] ?? 0) ^ 0xff;
    at += piece.length;
    count(piece.length);
    if (piece.length > 0) await new Promise<void>((resolve) => void write(piece, resolve));
    if (at < last) response.emit("drain");
    else if (fault.cutAfter !== undefined) response.destroy();
  };
  response.write = ((chunk: Buffer) => {
    line = line.then(() => send(chunk));
    return false;
  }) as ServerResponse["write"];
  response.end = (() => {
    void line.then(() => at < last && end());
    return response;
  }) as ServerResponse["end"];
}
