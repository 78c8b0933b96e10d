// The proxy processes of a server: started when there are too few, left alone when the server goes, taken over by the next
// one, replaced when they were started with other options, started again when they die. They belong to the site, not to
// the server's process: a restart of the server costs no connection.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { reasonOf } from "../../base/errors.ts";
import { ADOPT_MS, type ProxyControl, type ProxyState } from "./proxy-control.ts";

export interface FleetOptions {
  /** Words that start `berth`. */
  readonly program: readonly string[];
  /** What follows `berth proxy`. */
  readonly flags: readonly string[];
  readonly processes: number;
  /** Where they write what they have to say. */
  readonly logFile: string;
  /** How long a proxy that is replaced may answer what is under way. */
  readonly drainMs: number;
  readonly onTrouble?: ((why: string) => void) | undefined;
}

const START_MS = 15_000;
const AGAIN_MS = 500;
const AGAIN_AT_MOST_MS = 30_000;
/** One that lived so long died of something else than its options. */
const LIVED_MS = 60_000;

/** The processes. */
export class ProxyFleet {
  readonly #control: ProxyControl;
  readonly #options: FleetOptions;
  readonly #config: string;
  /** Started here and not connected yet: since when. */
  readonly #starting = new Map<number, number>();
  readonly #unwatch: () => void;
  #timer: NodeJS.Timeout | undefined;
  #notBefore: number;
  #failures = 0;
  #closed = false;

  constructor(control: ProxyControl, options: FleetOptions) {
    this.#control = control;
    this.#options = options;
    this.#config = createHash("sha256").update(JSON.stringify(options.flags)).digest("hex").slice(0, 16);
    this.#notBefore = Date.now() + ADOPT_MS;
    this.#unwatch = control.watch(() => this.#look());
    this.#look();
  }

  /** Enough of them are connected. */
  get whole(): boolean {
    return this.#fitting().length >= this.#options.processes;
  }

  /** Lets them go on without a server; `endWithinMs`: ends them too. */
  async close(endWithinMs?: number): Promise<void> {
    this.#closed = true;
    this.#unwatch();
    clearTimeout(this.#timer);
    if (endWithinMs === undefined) return;
    for (const { pid } of this.#control.proxies()) this.#control.drainProxy(pid, endWithinMs);
    for (const pid of this.#starting.keys()) terminate(pid);
    const until = Date.now() + endWithinMs + 2_000;
    while (this.#control.proxies().length > 0 && Date.now() < until)
      await new Promise((resume) => setTimeout(resume, 50));
  }

  #fitting(): readonly ProxyState[] {
    return this.#control.proxies().filter(({ config, leaving }) => config === this.#config && !leaving);
  }

  #look(): void {
    if (this.#closed) return;
    const now = Date.now();
    for (const { pid } of this.#control.proxies()) this.#starting.delete(pid);
    for (const [pid, since] of this.#starting) if (now - since > START_MS) this.#starting.delete(pid);
    const missing = this.#options.processes - this.#fitting().length - this.#starting.size;
    if (missing > 0 && now >= this.#notBefore) for (let count = 0; count < missing; count++) this.#start();
    if (missing > 0 || this.#starting.size > 0) this.#lookAgain(Math.max(100, this.#notBefore - now));
    if (this.whole) this.#endOthers();
  }

  // Those with other options, and those that are too many, end when the right ones are there.
  #endOthers(): void {
    const kept = new Set(
      this.#fitting()
        .slice(0, this.#options.processes)
        .map(({ pid }) => pid),
    );
    for (const { pid } of this.#control.proxies())
      if (!kept.has(pid)) this.#control.drainProxy(pid, this.#options.drainMs);
  }

  #lookAgain(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), ms).unref();
  }

  #start(): void {
    const { program, flags, logFile } = this.#options;
    const [command = "", ...words] = program;
    const log = openSync(logFile, "a", 0o640);
    const child = spawn(command, [...words, "proxy", ...flags, "--config", this.#config], {
      detached: true,
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    const began = Date.now();
    if (child.pid !== undefined) this.#starting.set(child.pid, began);
    child.unref();
    child.once("error", (error) => this.#ended(child.pid, began, reasonOf(error)));
    child.once("exit", (code, signal) => this.#ended(child.pid, began, signal ?? `exit status ${code}`));
  }

  #ended(pid: number | undefined, began: number, why: string): void {
    if (pid !== undefined) this.#starting.delete(pid);
    if (this.#closed) return;
    const lived = Date.now() - began > LIVED_MS;
    this.#failures = lived ? 0 : this.#failures + 1;
    const wait = lived ? 0 : Math.min(AGAIN_AT_MOST_MS, AGAIN_MS * 2 ** (this.#failures - 1));
    this.#notBefore = Date.now() + wait;
    this.#options.onTrouble?.(`proxy pid ${pid ?? "?"} ended (${why}); see ${this.#options.logFile}`);
    this.#lookAgain(wait);
  }
}

function terminate(pid: number): void {
  try {
    process.kill(pid, "SIGTERM");
  } catch {
    // It has ended by itself.
  }
}
