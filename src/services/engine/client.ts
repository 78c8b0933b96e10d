// dockerode behind a border: every request has a time limit and can be cut off, every answer a bound, and what fails is
// one of berth's failures. Says nothing about what is asked.

import type { IncomingMessage } from "node:http";
import { Agent } from "node:http";
import { Agent as SecureAgent } from "node:https";
import type { Duplex } from "node:stream";
import { inspect } from "node:util";
import Docker from "dockerode";
import { BerthError, errnoOf, reasonOf } from "../../base/errors.ts";
import { type EngineAddress, parseAddress } from "./address.ts";
import { fail } from "./errors.ts";
import { fields, text } from "./fields.ts";
import { type Asked, cleanReason, refused } from "./reasons.ts";
import { timerMs } from "./timer-ms.ts";

/** Longest answer that is kept whole: a list of ten thousand containers has about 20 MiB. */
const MAX_ANSWER = 64 * 1024 * 1024;
/** Longest refusal that is read. */
const MAX_REFUSAL = 64 * 1024;

export interface ClientSettings {
  readonly address: string;
  /** Until the whole answer is there; streams: until they begin. */
  readonly timeoutMs: number;
  /** PEM texts, for `https`. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string } | undefined;
}

/** How long one request may take, where it is not as usual. */
export interface Patience {
  readonly signal?: AbortSignal | undefined;
  /** Infinity: as long as it takes. */
  readonly timeoutMs?: number | undefined;
}

/** dockerode and the border around it. */
export class EngineClient {
  readonly address: string;
  readonly local: boolean;
  readonly #docker: Docker;
  readonly #timeoutMs: number;

  /** Connects to nothing yet. @throws E_ENGINE_ADDRESS */
  constructor(settings: ClientSettings) {
    const address = parseAddress(settings.address);
    this.address = settings.address;
    this.local = address.kind === "socket";
    this.#timeoutMs = settings.timeoutMs;
    this.#docker = new Docker(dockerOptions(address, settings));
    bound(this.#docker);
  }

  /**
   * Asks, and answers what `ask` makes of it. The signal given to `ask` ends the request when the time is over or the
   * caller's signal says so.
   *
   * @throws E_ENGINE_… for what went wrong; the reason of the caller's signal when that ended it
   */
  async call<T>(
    asked: Asked,
    ask: (docker: Docker, abortSignal: AbortSignal) => Promise<T>,
    { signal, timeoutMs = this.#timeoutMs }: Patience = {},
  ): Promise<T> {
    signal?.throwIfAborted();
    const limit = new AbortController();
    const timer = timeoutMs === Infinity ? undefined : setTimeout(() => limit.abort(), timerMs(timeoutMs));
    const cut = signal ? AbortSignal.any([signal, limit.signal]) : limit.signal;
    try {
      return await ask(this.#docker, cut);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (limit.signal.aborted)
        throw fail("E_ENGINE_TIMEOUT", { address: this.address, seconds: timeoutMs / 1000, action: asked.action });
      throw this.failure(error, asked);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Asks for a path that dockerode has no word for. */
  get(path: string, asked: Asked, patience?: Patience): Promise<unknown> {
    const ask = ({ modem }: Docker, abortSignal: AbortSignal) =>
      new Promise<unknown>((resolve, reject) => {
        const options = { path, method: "GET", statusCodes: { 200: true }, abortSignal };
        (modem as { dial: Dial }).dial(options, (error, answer) => (error ? reject(error) : resolve(answer)));
      });
    return this.call(asked, ask, patience);
  }

  /** What a stream throws, as one of berth's failures. */
  failure(error: unknown, asked: Asked): unknown {
    if (error instanceof BerthError) return error;
    const { address } = this;
    if (error instanceof Refused) return refused(error, asked);
    switch (errnoOf(error)) {
      case "ENOENT":
      case "ENOTSOCK":
      case "ENOTFOUND":
      case "EHOSTUNREACH":
        return fail("E_ENGINE_ABSENT", { address, reason: absence(error) }, { cause: error });
      case "ECONNREFUSED":
        return fail("E_ENGINE_ABSENT", { address, reason: "nobody listens there" }, { cause: error });
      case "EACCES":
      case "EPERM":
        return fail("E_ENGINE_PERMISSION", { address }, { cause: error });
      case "ECONNRESET":
      case "EPIPE":
      case "ECONNABORTED":
      case "ERR_STREAM_PREMATURE_CLOSE":
        return fail("E_ENGINE_GONE", { address, action: asked.action }, { cause: error });
    }
    const code = errnoOf(error) ?? "";
    if (/CERT|^ERR_SSL|^ERR_TLS|SIGNATURE|^EPROTO$/.test(code))
      return fail("E_ENGINE_TRUST", { address, reason: cleanReason(reasonOf(error)) }, { cause: error });
    if (error instanceof TooLarge) return this.senseless(reasonOf(error), asked);
    return fail("E_ENGINE_REFUSED", { action: asked.action, reason: cleanReason(reasonOf(error)) }, { cause: error });
  }

  /** For an answer that cannot be understood. */
  senseless(reason: string, { action }: Asked): BerthError {
    return fail("E_ENGINE_ANSWER", { action, reason });
  }
}

function absence(error: unknown): string {
  return errnoOf(error) === "ENOENT" ? "there is no such socket" : reasonOf(error);
}

function dockerOptions(address: EngineAddress, { tls }: ClientSettings): Docker.DockerOptions {
  // A connection of its own for each request: one that was kept may belong to an engine that has been restarted since.
  // Everything is said, so that variables such as DOCKER_HOST decide nothing.
  const none = { host: undefined, port: undefined, socketPath: undefined, ca: tls?.ca, cert: tls?.cert, key: tls?.key };
  const once = { keepAlive: false };
  const options =
    address.kind === "socket"
      ? { ...none, socketPath: address.path, protocol: "http", agent: quiet(new Agent(once)) }
      : {
          ...none,
          host: address.host,
          port: address.port,
          protocol: address.protocol,
          agent: quiet(address.protocol === "https" ? new SecureAgent({ ...once, ...tls }) : new Agent(once)),
        };
  return options as Docker.DockerOptions;
}

// dockerode's transport describes each request to a log that nobody reads, the agent with all its connections to their
// depths: twenty milliseconds for every request.
function quiet<A extends Agent>(agent: A): A {
  return Object.assign(agent, { [inspect.custom]: () => "Agent" });
}

/** What an engine answered when it refused. */
class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

class TooLarge extends Error {}

type DialOptions = {
  readonly path: string;
  readonly isStream?: boolean;
  readonly statusCodes: Record<string, unknown>;
};
type DialAnswer = (error: unknown, answer: unknown) => void;
type Dial = (options: DialOptions, callback: DialAnswer) => void;

// dockerode keeps every answer and every refusal whole, however long: its one door to the network is asked for streams
// only, and what comes is read here. Logs are streams to us, and only when followed to dockerode.
function bound(docker: Docker): void {
  const modem = docker.modem as { dial: Dial };
  const dial = modem.dial.bind(modem);
  const anyStatus = new Proxy({}, { get: () => true });
  modem.dial = (options, callback) => {
    dial({ ...options, isStream: true, statusCodes: anyStatus }, (error, answer) => {
      if (error) return callback(error, undefined);
      const message = answer as IncomingMessage | Duplex;
      // After an upgrade there is a socket and no status.
      if (!("statusCode" in message)) return callback(undefined, message);
      settle(message, options).then(
        (value) => callback(undefined, value),
        (problem: unknown) => callback(problem, undefined),
      );
    });
  };
}

async function settle(message: IncomingMessage, options: DialOptions): Promise<unknown> {
  const status = message.statusCode ?? 0;
  // 304: it is so already. Podman answers some requests with another good status than Docker.
  if (options.statusCodes[status] !== true && status !== 304 && !(status >= 200 && status < 300)) {
    const words = (await whole(message, MAX_REFUSAL, true)).toString();
    const { message: said } = fields(json(words));
    throw new Refused(status, text(said) || words.trim() || `status ${status}`);
  }
  if (options.isStream === true || options.path.includes("/logs?")) return message;
  if (status === 304) message.resume();
  const body = status === 304 || status === 204 ? Buffer.alloc(0) : await whole(message, MAX_ANSWER, false);
  return status === 304 ? { unchanged: true } : json(body.toString());
}

async function whole(message: AsyncIterable<Buffer>, most: number, cut: boolean): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message) {
    length += chunk.length;
    if (length > most && cut) break;
    if (length > most) throw new TooLarge(`it is longer than ${most} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function json(words: string): unknown {
  try {
    return JSON.parse(words);
  } catch {
    return undefined;
  }
}

/** The name, when it is one: it becomes part of a path, where `..` and `?` would ask for something else. @throws E_ENGINE_REFUSED */
export function safeName(name: string): string {
  if (/^\w[\w./:@+-]{0,511}$/.test(name) && !name.includes("..")) return name;
  throw fail("E_ENGINE_REFUSED", { action: `look for ${name.slice(0, 100)}`, reason: "that can be no name" });
}
