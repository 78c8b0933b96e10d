// Stacks for tests: specs with only what matters said, and an engine that is nothing but its containers.

import type { ServiceSpec, StackSpec, UpdateSpec } from "../../recipe/stack/types.ts";
import type { EngineContainer } from "../engine/types.ts";
import { type DesiredStack, LABELS, type ObservedStack, type ResolvedImage, type Step } from "../types.ts";
import { configDigests } from "./config-digest.ts";

/** How containers are replaced unless a test says. */
export const UPDATE: UpdateSpec = {
  batch: 1,
  intervalMs: 0,
  startFirst: true,
  monitorMs: 0,
  onFailure: "rollback",
  confirm: false,
};

/** A service with only what is said. */
export function service(name: string, said: Partial<ServiceSpec> = {}): ServiceSpec {
  return {
    ...{ name, image: `test/${name}:1`, pull: "missing", environment: {}, labels: {}, annotations: {}, groups: [] },
    ...{ tty: false, stdin: false, init: false, readOnly: false, kind: "service", replicas: 1, stopGraceMs: 10_000 },
    restart: { when: "unless-stopped" },
    ...{ dependsOn: [], ports: [], expose: [], mounts: [], secrets: [], configs: [], networks: [], extraHosts: [] },
    ...{ dns: [], dnsSearch: [], dnsOptions: [], routes: [], update: UPDATE },
    limits: { ulimits: {}, sysctls: {} },
    security: {
      ...{ privileged: false, capAdd: [], capDrop: [], securityOpt: [], devices: [], gpus: [], deviceCgroupRules: [] },
    },
    ...{ retainAddress: false, authenticated: false, writeAudit: false },
    ...said,
  };
}

/** A stack of such services. */
export function stack(services: readonly ServiceSpec[], said: Partial<StackSpec> = {}): StackSpec {
  return { name: "rover", tags: {}, services, networks: [], volumes: [], secrets: [], configs: [], ...said };
}

/** That stack as it is to be; every image's digest follows from its name. */
export function desired(spec: StackSpec, said: Partial<DesiredStack> = {}): DesiredStack {
  const images = new Map(spec.services.map(({ name, image }): [string, ResolvedImage] => [name, imageOf(image)]));
  return { spec, deployment: "d1", images, ports: new Map(), scale: new Map(), ...said };
}

function imageOf(reference: string): ResolvedImage {
  return { reference, digest: `sha256:${reference}`, local: reference };
}

/** A container as an engine would show it. */
export function container(said: Partial<EngineContainer> = {}): EngineContainer {
  return {
    ...{
      id: "c1",
      name: "c1",
      image: "test/web:1",
      imageId: "sha256:1",
      labels: {},
      status: "running",
      health: "none",
    },
    ...{ exitCode: undefined, oomKilled: false, error: "", createdAt: 0, startedAt: 1, finishedAt: undefined },
    ...{ restarts: 0, pid: 1, ports: [], addresses: {}, tty: false },
    ...said,
  };
}

/** An engine that does at once what steps ask for, and remembers what there was in between. */
export class ModelEngine {
  containers: EngineContainer[] = [];
  networks: string[] = [];
  volumes: string[] = [];
  /** After each step: the containers. */
  readonly history: { readonly step: Step; readonly containers: readonly EngineContainer[] }[] = [];
  #ids = 0;

  observe(name = "rover"): ObservedStack {
    return { name, containers: [...this.containers], networks: [...this.networks], volumes: [...this.volumes] };
  }

  perform(step: Step, wanted: DesiredStack | undefined): void {
    this.#act(step, wanted);
    this.history.push({ step, containers: [...this.containers] });
  }

  #act(step: Step, wanted: DesiredStack | undefined): void {
    if (step.action === "create-network") this.networks.push(step.target);
    if (step.action === "create-volume") this.volumes.push(step.target);
    if (step.action === "remove-network") this.networks = this.networks.filter((one) => one !== step.target);
    if (step.action === "remove-volume") this.volumes = this.volumes.filter((one) => one !== step.target);
    if (step.action === "create" && wanted) this.#create(step, wanted);
    if (step.action === "start") this.#set(step, { status: "running", health: "none", exitCode: undefined });
    if (step.action === "stop") this.#set(step, { status: "exited", exitCode: 0 });
    if (step.action === "pause") this.#set(step, { status: "paused" });
    if (step.action === "wait-completed") this.#set(step, { status: "exited", exitCode: 0 });
    if (step.action === "remove") this.containers = this.containers.filter((one) => !isMeant(one, step));
  }

  // By its name, as the engine finds it: a second one of the same name cannot be made.
  #create(step: Step, wanted: DesiredStack): void {
    if (this.containers.some(({ name }) => name === step.target)) return;
    this.#ids += 1;
    const labels = {
      [LABELS.stack]: wanted.spec.name,
      [LABELS.service]: step.service ?? "",
      [LABELS.slot]: String(step.slot),
      [LABELS.config]: configDigests(wanted).get(step.service ?? "") ?? "",
      [LABELS.deployment]: wanted.deployment,
    };
    const said = { id: `c${this.#ids}`, name: step.target, labels, status: "created" } as const;
    this.containers.push(container({ ...said, createdAt: this.#ids }));
  }

  #set(step: Step, said: Partial<EngineContainer>): void {
    if (!this.containers.some((one) => isMeant(one, step))) throw new Error(`${step.action}: no ${step.target}`);
    this.containers = this.containers.map((one) => (isMeant(one, step) ? { ...one, ...said } : one));
  }
}

function isMeant({ id, name }: EngineContainer, step: Step): boolean {
  return step.container === undefined ? name === step.target : id === step.container;
}
