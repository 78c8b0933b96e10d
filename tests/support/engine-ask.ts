// One request to an engine's API over its socket, past all code of ours: what tests compare our code with.

import { request } from "node:http";

export interface EngineAnswer {
  readonly status: number;
  readonly text: string;
  /** The text as JSON, or undefined. */
  readonly json: unknown;
}

/** `body`: a Buffer is sent as a tar archive, all else as JSON. */
export function askEngine(socketPath: string, method: string, path: string, body?: unknown): Promise<EngineAnswer> {
  const data = body === undefined || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const type = Buffer.isBuffer(body) ? "application/x-tar" : "application/json";
  const headers = data === undefined ? {} : { "content-type": type, "content-length": Buffer.byteLength(data) };
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path, headers: { host: "engine", ...headers } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: answer.statusCode ?? 0, text, json: parsed(text) });
      });
    });
    sent.on("error", reject);
    sent.end(data);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
