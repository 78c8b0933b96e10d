// A program started inside a running container, over a connection that was taken over from HTTP.

import type { Duplex } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import type Docker from "dockerode";
import { type EngineClient, safeName } from "./client.ts";
import { demultiplex, type Piece } from "./demux.ts";
import { fields, text } from "./fields.ts";
import type { Asked } from "./reasons.ts";
import type { Engine, ExecSession } from "./types.ts";

/** How often the engine is asked whether the program runs, when its output does not say that it is over. */
const FIRST_LOOK_MS = 20;
const LAST_LOOK_MS = 1000;

export function execOperation(client: EngineClient): Engine["exec"] {
  return async (id, options, wait) => {
    const asked: Asked = { action: `run a program in ${id}`, name: id, of: "container" };
    const made: unknown = await client.call(
      asked,
      (docker, abortSignal) => docker.getContainer(safeName(id)).exec({ ...execBody(options), abortSignal }),
      wait,
    );
    const execId = text(fields(made)["id"]);
    if (!execId) throw client.senseless("there is no id in it", asked);
    const start = { Detach: false, Tty: options.tty, hijack: true, stdin: false };
    const connection = await client.call<Duplex>(
      asked,
      (docker, abortSignal) =>
        docker.getExec(safeName(execId)).start({ ...start, abortSignal } as Docker.ExecStartOptions),
      wait,
    );
    if (typeof connection.write !== "function") throw client.senseless("the connection was not handed over", asked);
    const session = new EngineExec(client, asked, execId, connection, options.tty, wait?.signal);
    if (!options.stdin) session.end();
    if (options.tty && options.columns && options.rows) await session.resize(options.columns, options.rows);
    return session;
  };
}

function execBody(options: Parameters<Engine["exec"]>[1]): Docker.ExecCreateOptions {
  return {
    Cmd: [...options.argv],
    Tty: options.tty,
    AttachStdin: options.stdin,
    AttachStdout: true,
    AttachStderr: true,
    Env: [...(options.env ?? [])],
    ...(options.user !== undefined && { User: options.user }),
    ...(options.workingDir !== undefined && { WorkingDir: options.workingDir }),
  };
}

class EngineExec implements ExecSession {
  readonly id: string;
  readonly output: AsyncIterable<Piece>;
  readonly #client: EngineClient;
  readonly #asked: Asked;
  readonly #connection: Duplex;
  readonly #signal: AbortSignal | undefined;
  readonly #over = Promise.withResolvers<void>();

  constructor(
    client: EngineClient,
    asked: Asked,
    id: string,
    connection: Duplex,
    tty: boolean,
    signal: AbortSignal | undefined,
  ) {
    this.id = id;
    this.#client = client;
    this.#asked = asked;
    this.#connection = connection;
    this.#signal = signal;
    this.output = this.#read(tty);
    connection.once("close", () => this.#over.resolve());
    // Who reads hears of it; who only writes must not bring the process down.
    connection.on("error", () => this.#over.resolve());
    signal?.addEventListener("abort", () => this.close(), { once: true });
    if (signal?.aborted) this.close();
  }

  async *#read(tty: boolean): AsyncGenerator<Piece> {
    const bad = (reason: string) => this.#client.senseless(reason, this.#asked);
    try {
      yield* demultiplex(this.#connection as AsyncIterable<Buffer>, tty, bad);
    } catch (error) {
      if (this.#signal?.aborted) throw this.#signal.reason;
      throw this.#client.failure(error, this.#asked);
    } finally {
      this.#over.resolve();
    }
  }

  write(data: Buffer): Promise<void> {
    // Resolves when the connection has taken it: who waits for that never fills memory.
    return new Promise((resolve, reject) => {
      this.#connection.write(data, (error) => (error ? reject(this.#client.failure(error, this.#asked)) : resolve()));
    });
  }

  end(): void {
    this.#connection.end();
  }

  async resize(columns: number, rows: number): Promise<void> {
    const size = { w: columns, h: rows };
    const resize = () =>
      this.#client.call(this.#asked, (docker, abortSignal) =>
        docker.getExec(safeName(this.id)).resize({ ...size, abortSignal }),
      );
    // Engines hand the connection over before the program has its terminal, and refuse until then.
    for (let delay = FIRST_LOOK_MS; ; delay *= 2) {
      try {
        await resize();
        return;
      } catch (error) {
        if (delay > LAST_LOOK_MS || (await this.#look()) !== undefined) throw error;
        await pause(delay);
      }
    }
  }

  async wait(): Promise<number> {
    for (let delay = FIRST_LOOK_MS; ; delay = Math.min(delay * 2, LAST_LOOK_MS)) {
      const code = await this.#look();
      if (code !== undefined) return code;
      this.#signal?.throwIfAborted();
      const ended = this.#connection.destroyed;
      await (ended ? pause(FIRST_LOOK_MS) : Promise.race([this.#over.promise, pause(delay)]));
    }
  }

  /** Exit code; undefined while it runs. */
  async #look(): Promise<number | undefined> {
    const answer: unknown = await this.#client.call(this.#asked, (docker, abortSignal) =>
      docker.getExec(safeName(this.id)).inspect({ abortSignal }),
    );
    const { Running, ExitCode } = fields(answer);
    return Running === true || typeof ExitCode !== "number" ? undefined : ExitCode;
  }

  close(): void {
    this.#connection.destroy();
  }
}
