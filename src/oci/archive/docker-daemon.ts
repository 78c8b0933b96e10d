// An image of a local engine (Docker, or Podman's service that speaks its API): exported as a docker archive, which
// streams into the store. The engine's socket is as good as root, so nothing but these two GETs is ever sent.

import type { IncomingMessage } from "node:http";
import { request } from "node:http";
import { reasonOf } from "../../base/errors.ts";
import { asString, jsonObject } from "../json.ts";
import type { DaemonAddress } from "./daemon-socket.ts";
import { fail } from "./errors.ts";

const MAX_ANSWER = 4 * 1024 * 1024;

/** What the engine itself calls the image: its configuration's digest. @throws E_DAEMON_REACH, E_DAEMON_ANSWER */
export async function imageId(
  daemon: DaemonAddress,
  image: string,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<string> {
  const answer = await get(daemon, `/images/${encodeURIComponent(image)}/json`, options);
  const bytes = await boundedBody(answer);
  const id = answer.statusCode === 200 ? asString(jsonObject(bytes)?.["Id"]) : undefined;
  if (id) return id;
  throw fail("E_DAEMON_ANSWER", { host: daemon.host, image, reason: wordsOf(bytes) || `status ${answer.statusCode}` });
}

/** The image as `docker save` would write it. @throws E_DAEMON_REACH, E_DAEMON_ANSWER */
export async function exportImage(
  daemon: DaemonAddress,
  image: string,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<IncomingMessage> {
  const answer = await get(daemon, `/images/${encodeURIComponent(image)}/get`, options);
  if (answer.statusCode === 200) return answer;
  const reason = wordsOf(await boundedBody(answer)) || `status ${answer.statusCode}`;
  throw fail("E_DAEMON_ANSWER", { host: daemon.host, image, reason });
}

function get(daemon: DaemonAddress, path: string, { signal }: { readonly signal?: AbortSignal | undefined }) {
  const { host, ...where } = daemon;
  // With no Host of its own an engine refuses the request; the name does not matter to it.
  const headers = { host: "hostname" in daemon ? daemon.hostname : "docker" };
  return new Promise<IncomingMessage>((resolve, reject) => {
    const asked = request({ ...where, path, headers, agent: false, ...(signal ? { signal } : {}) }, resolve);
    asked.on("error", (error) => {
      if (signal?.aborted) reject(signal.reason);
      else reject(fail("E_DAEMON_REACH", { host, reason: reasonOf(error) }, { cause: error }));
    });
    asked.end();
  });
}

async function boundedBody(answer: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_ANSWER) break;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function wordsOf(body: Buffer): string {
  return asString(jsonObject(body)?.["message"])?.slice(0, 500) ?? "";
}
