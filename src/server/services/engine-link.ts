// The engine as the server has it: its driver, although the engine may come later than the server, or go. Until it has
// answered for the first time, what needs it fails as it does while an engine is away; lists do not need it.

import { setTimeout as pause } from "node:timers/promises";
import { reasonOf } from "../../base/errors.ts";
import { type DockerDriver, openDockerDriver } from "../../services/driver/docker-driver.ts";
import type { DriverParts } from "../../services/driver/work.ts";
import { fail as engineFailure } from "../../services/engine/errors.ts";
import { LiveContainers, openEngine } from "../../services/engine/index.ts";
import type { Engine, EngineInfo } from "../../services/engine/types.ts";
import type { StackDriver } from "../../services/stacks/parts.ts";
import type { RegistryCredentials } from "../../services/stacks/types.ts";
import type { EngineConfig } from "../../site/services/engine.ts";
import { fail } from "../errors.ts";
import type { Logger } from "../logger.ts";

const AGAIN_MS = 2000;

type Given = "site" | "folders" | "secrets" | "traffic" | "storage" | "checkIn";

export interface EngineLinkParts extends Pick<DriverParts, Given> {
  readonly config: EngineConfig;
  readonly credentials: RegistryCredentials;
  readonly runtimeDir: string | undefined;
  readonly log: Logger;
}

/** The way to the engine. `close` ends it. */
export class EngineLink {
  readonly engine: Engine;
  readonly live: LiveContainers;
  readonly driver: StackDriver;
  readonly #parts: EngineLinkParts;
  readonly #end = new AbortController();
  readonly #watchers = new Set<(stack: string | undefined) => void>();
  readonly #ready = Promise.withResolvers<EngineInfo>();
  #info: EngineInfo | undefined;
  #driver: DockerDriver | undefined;

  private constructor(parts: EngineLinkParts, engine: Engine) {
    const { site, log } = parts;
    this.#parts = parts;
    this.engine = engine;
    this.live = new LiveContainers({ engine, site, onProblem: (error) => log.warn(`the engine: ${reasonOf(error)}`) });
    this.driver = this.#lateDriver();
    this.#ready.promise.catch(() => undefined);
    void this.#meet();
  }

  /** Begins to look for the engine. @throws E_ENGINE_ADDRESS, E_ENGINE_FILE */
  static async open(parts: EngineLinkParts): Promise<EngineLink> {
    // The address of a service of one's own is below the runtime folder.
    return new EngineLink(parts, await openEngine(parts.config, { XDG_RUNTIME_DIR: parts.runtimeDir }));
  }

  /** What the engine is; undefined: it has not answered yet. */
  get info(): EngineInfo | undefined {
    return this.#info;
  }

  /** Resolves when the engine has answered and all its containers are known. */
  async ready(signal?: AbortSignal): Promise<EngineInfo> {
    const info = await this.#ready.promise;
    await this.live.ready({ signal });
    return info;
  }

  async close(): Promise<void> {
    this.#end.abort(fail("E_SERVE_NOT_READY", { what: "it ends" }));
    this.#ready.reject(this.#end.signal.reason);
    this.#driver?.close();
    await this.live.close();
  }

  async #meet(): Promise<void> {
    const { signal } = this.#end;
    const { log, config } = this.#parts;
    for (let said = ""; !signal.aborted; await pause(AGAIN_MS, undefined, { signal }).catch(() => undefined)) {
      try {
        const info = await this.engine.info({ signal });
        if (config.kind !== "auto" && config.kind !== info.kind)
          throw fail("E_SERVE_ENGINE_KIND", { address: this.engine.address, kind: info.kind, wanted: config.kind });
        this.#open(info);
        log.info({ engine: info.kind, version: info.version, rootless: info.rootless }, "the engine answers");
        return;
      } catch (error) {
        if (signal.aborted) return;
        // Once for each reason, not every two seconds.
        if (said !== reasonOf(error)) log.warn(`no engine yet: ${reasonOf(error)}`);
        said = reasonOf(error);
      }
    }
  }

  #open(info: EngineInfo): void {
    const { site, folders, secrets, traffic, storage, checkIn, credentials } = this.#parts;
    const { engine, live } = this;
    const given = { site, folders, secrets, traffic, storage, checkIn, credentials };
    this.#driver = openDockerDriver({ engine, live, info, ...given });
    this.#info = info;
    this.#driver.watch((stack) => {
      for (const watcher of [...this.#watchers]) watcher(stack);
    });
    this.#ready.resolve(info);
  }

  #now(): DockerDriver {
    if (!this.#driver)
      throw engineFailure("E_ENGINE_ABSENT", { address: this.engine.address, reason: "it has not answered yet" });
    return this.#driver;
  }

  #lateDriver(): StackDriver {
    const link = this;
    return {
      plan: (desired, observed) => this.#now().plan(desired, observed),
      apply: async (plan, desired, options) => this.#now().apply(plan, desired, options),
      observe: async (stack, signal) => this.#now().observe(stack, signal),
      watch: (listener) => {
        this.#watchers.add(listener);
        return () => this.#watchers.delete(listener);
      },
      async *logs(container, options, signal) {
        yield* link.#now().logs(container, options, signal);
      },
      exec: async (container, options, signal) => this.#now().exec(container, options, signal),
      scale: async (stack, service, containers, options) => this.#now().scale(stack, service, containers, options),
      resolve: async (reference, pull, options) => this.#now().resolve(reference, pull, options),
      containers: (stack) =>
        this.#driver?.containers(stack) ?? (stack === undefined ? this.live.all() : this.live.byStack(stack)),
      alive: async (signal) => (await this.#driver?.alive(signal)) ?? false,
      get canPause() {
        return link.#info?.canPause ?? false;
      },
    };
  }
}
