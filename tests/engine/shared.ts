// What the tests of both engines share: a plan for a small container.

import type { ContainerPlan } from "../../src/services/engine/types.ts";

/** A plan with nothing special in it. */
export function planOf(name: string, changes: Partial<ContainerPlan> = {}): ContainerPlan {
  return {
    name,
    image: "test/tiny:1",
    labels: { "berth.site": "test" },
    env: [],
    groups: [],
    tty: false,
    stdin: false,
    init: false,
    readOnly: false,
    restart: { when: "no" },
    stopGraceMs: 1000,
    ports: [],
    expose: [],
    publishAll: false,
    mounts: [],
    tmpfs: {},
    networks: [],
    extraHosts: [],
    dns: [],
    dnsSearch: [],
    dnsOptions: [],
    capAdd: [],
    capDrop: [],
    privileged: false,
    securityOpt: [],
    devices: [],
    deviceCgroupRules: [],
    gpus: [],
    ulimits: {},
    sysctls: {},
    ...changes,
  };
}

/** All of a stream of texts or pieces. */
export async function collected<T>(stream: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const one of stream) all.push(one);
  return all;
}

/** Waits until something is so; fails after ten seconds. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 30_000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`not within ten seconds: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
