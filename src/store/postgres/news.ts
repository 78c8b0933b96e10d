// News between the processes that share a PostgreSQL database: one connection that listens, made anew whenever it breaks.
// After a break everybody is told to look again, because what was said meanwhile is lost.

import pg from "pg";
import { type Listener, Listeners } from "../store.ts";

/** Pauses between attempts to listen again. */
const RETRY_MS = [100, 250, 500, 1_000, 2_000, 5_000];

/** The listening connection; made with the first listener. */
export class PostgresNews {
  readonly #config: pg.ClientConfig;
  readonly #listeners = new Listeners();
  #client: pg.Client | undefined;
  #connecting = false;
  #subscribing: Promise<void> = Promise.resolve();
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(config: pg.ClientConfig) {
    // It waits for ever, which is its task.
    this.#config = { ...config, statement_timeout: false, query_timeout: undefined };
  }

  listen(channel: string, listener: Listener): () => void {
    const first = this.#listeners.add(channel, listener);
    if (!this.#client && !this.#connecting) void this.#connect();
    else if (first && this.#client) this.#subscribe(this.#client, [channel]);
    return () => this.#listeners.remove(channel, listener);
  }

  /** Resolves when what was told before is heard: the server sends its news ahead of the next answer. */
  async caughtUp(): Promise<void> {
    try {
      await this.#subscribing;
      if (this.#client) await this.#client.query("select 1");
      else this.#listeners.tellAll();
    } catch {
      this.#listeners.tellAll();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#client?.end().catch(() => {});
  }

  async #connect(): Promise<void> {
    this.#connecting = true;
    const client = new pg.Client(this.#config);
    client.on("error", () => {});
    client.on("end", () => this.#lost(client));
    client.on("notification", ({ channel, payload }) => this.#listeners.tell(channel, payload ?? ""));
    try {
      await client.connect();
      this.#client = client;
      this.#connecting = false;
      if (this.#closed) return await client.end();
      this.#subscribe(client, this.#listeners.channels);
      this.#failures = 0;
    } catch {
      this.#connecting = false;
      this.#lost(client);
    }
  }

  #subscribe(client: pg.Client, channels: readonly string[]): void {
    // A connection takes one statement after the other.
    this.#subscribing = this.#subscribing.then(async () => {
      for (const channel of channels) await client.query(`listen ${client.escapeIdentifier(channel)}`);
      // What was said before the subscription took hold was not heard.
      for (const channel of channels) this.#listeners.tell(channel, undefined);
    });
    // A broken connection ends, and is made anew with all channels.
    this.#subscribing = this.#subscribing.catch(() => client.end()).catch(() => {});
  }

  #lost(client: pg.Client): void {
    if (this.#client === client) this.#client = undefined;
    if (this.#closed || this.#client || this.#connecting) return;
    clearTimeout(this.#retry);
    const pause = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
    this.#failures += 1;
    this.#retry = setTimeout(() => void this.#connect(), pause).unref();
  }
}
