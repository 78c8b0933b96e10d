// Where trials are made on an engine: throw-away containers and networks with a label of their own, all removed at the end.

import { randomBytes } from "node:crypto";
import type { ContainerPlan, Engine } from "../types.ts";
import { BUSYBOX, SERVE, trialImage } from "./trial-image.ts";

/** Everything of a doctor's trial has it; its value is the trial's. */
const LABEL = "berth.doctor";

/** An engine with a trial's image on it. */
export class TrialGround {
  readonly engine: Engine;
  readonly signal: AbortSignal;
  readonly network: string;
  readonly #trial = randomBytes(5).toString("hex");
  readonly #image: string;
  readonly #ownImage: boolean;

  private constructor(engine: Engine, image: string | undefined, signal: AbortSignal) {
    this.engine = engine;
    this.signal = signal;
    this.#ownImage = image === undefined;
    this.#image = image ?? `localhost/berth-doctor:${this.#trial}`;
    this.network = `berth-doctor-${this.#trial}`;
  }

  /** `image`: one of the engine, with busybox; undefined: made here. Answers undefined where that cannot be. */
  static async open(engine: Engine, image: string | undefined, signal: AbortSignal): Promise<TrialGround | undefined> {
    const ground = new TrialGround(engine, image, signal);
    if (image !== undefined) return ground;
    const archive = await trialImage(ground.#image);
    if (!archive) return undefined;
    await engine.load(
      (async function* () {
        yield archive;
      })(),
      { signal },
    );
    return ground;
  }

  get labels(): Readonly<Record<string, string>> {
    return { [LABEL]: this.#trial };
  }

  /** A container that serves a page on port 8080, started; answers its id. */
  async run(name: string, changes: Partial<ContainerPlan> = {}): Promise<string> {
    const id = await this.engine.create({ ...this.#plan(name), ...changes }, { signal: this.signal });
    await this.engine.start(id, { signal: this.signal });
    return id;
  }

  /** Output and exit code of a command of busybox in a container. */
  async command(id: string, ...argv: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
    const options = { argv: [BUSYBOX, ...argv], tty: false, stdin: false };
    const session = await this.engine.exec(id, options, { signal: this.signal });
    const chunks: Buffer[] = [];
    for await (const { data } of session.output) if (chunks.length < 100) chunks.push(data);
    return { code: await session.wait(), output: Buffer.concat(chunks).toString() };
  }

  /** Removes everything of this trial, whatever stopped it. */
  async clear(): Promise<void> {
    const labels = [`${LABEL}=${this.#trial}`];
    for (const { id } of await this.engine.containers({ labels, all: true }))
      await this.engine.remove(id, { force: true });
    for (const { name } of await this.engine.networks({ labels })) await this.engine.removeNetwork(name);
    if (this.#ownImage) await this.engine.removeImage(this.#image);
  }

  #plan(name: string): ContainerPlan {
    const none = { groups: [], expose: [], mounts: [], extraHosts: [], dns: [], dnsSearch: [], dnsOptions: [] };
    const rights = { capAdd: [], capDrop: [], securityOpt: [], devices: [], deviceCgroupRules: [], gpus: [] };
    return {
      ...none,
      ...rights,
      name: `berth-doctor-${this.#trial}-${name}`,
      image: this.#image,
      entrypoint: [BUSYBOX],
      command: SERVE,
      labels: this.labels,
      env: [],
      tty: false,
      stdin: false,
      init: false,
      readOnly: false,
      privileged: false,
      restart: { when: "no" },
      stopGraceMs: 0,
      ports: [],
      publishAll: false,
      tmpfs: {},
      networks: [],
      ulimits: {},
      sysctls: {},
    };
  }
}
