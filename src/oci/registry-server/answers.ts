// Writes answers of the distribution protocol: JSON, protocol errors, files with ranges.

import { open } from "node:fs/promises";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { parseRangeHeader } from "./routes.ts";

/** A refusal in the protocol's words (distribution-spec, "Error Codes"). */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** Sends a short body; nothing of it when only the head was asked for. */
export function sendBytes(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: OutgoingHttpHeaders,
  body: Uint8Array | string,
): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { "content-length": bytes.length, ...headers });
  response.end(request.method === "HEAD" ? undefined : bytes);
}

export function sendJson(request: IncomingMessage, response: ServerResponse, value: unknown): void {
  sendBytes(request, response, 200, { "content-type": "application/json" }, JSON.stringify(value));
}

export function sendRefusal(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  const { status, code, message } = refusal;
  const body = JSON.stringify({ errors: [{ code, message }] });
  sendBytes(request, response, status, { "content-type": "application/json" }, body);
}

/** Streams a file, or the range of it that was asked for. @throws ENOENT */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  headers: OutgoingHttpHeaders,
): Promise<void> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const range = request.method === "GET" ? parseRangeHeader(request.headers.range, size) : undefined;
    if (range === "bad") return sendBytes(request, response, 416, { "content-range": `bytes */${size}` }, "");
    const { from, to } = range ?? { from: 0, to: size - 1 };
    response.writeHead(range ? 206 : 200, {
      ...{ ...headers, "accept-ranges": "bytes", "content-length": to - from + 1 },
      ...(range ? { "content-range": `bytes ${from}-${to}/${size}` } : {}),
    });
    if (request.method === "HEAD" || size === 0) return void response.end();
    await pipeline(file.createReadStream({ start: from, end: to, autoClose: false }), response);
  } finally {
    await file.close();
  }
}
