// Limits of people and groups, over stacks that are there.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { defineErrors } from "../../base/errors.ts";
import type { StackSpec } from "../../recipe/stack/types.ts";
import type { Amounts } from "../../site/services/quotas.ts";
import type { Store } from "../../store/store.ts";
import { openMemoryStore } from "../../store/testing.ts";
import { type Quotas, quotaOffice } from "./quota-office.ts";

const GIB = 1024 ** 3;
const fail = defineErrors({ E_STACK_NONE: { text: "gone" } });

// What is counted of a stack, and no more.
function stack(
  name: string,
  ...services: readonly { replicas?: number; memoryBytes?: number; cpus?: number; ports?: number }[]
) {
  const rest = services.map(({ replicas = 1, memoryBytes, cpus, ports = 0 }, i) => {
    return { name: `app-${i}`, replicas, limits: { memoryBytes, cpus }, ports: Array.from({ length: ports }) };
  });
  return { name, services: rest } as unknown as StackSpec;
}

let store: Store;
let there: readonly StackSpec[];
let config: { user: Amounts; group: Amounts };
let quotas: Quotas;
beforeEach(async () => {
  store = await openMemoryStore();
  there = [];
  config = { user: {}, group: {} };
  const stacks = {
    list: async () => ({ items: there, next: undefined }),
    spec: async (name: string) => {
      const found = there.find((one) => one.name === name);
      if (!found || name === "vanishing") throw fail("E_STACK_NONE");
      return found;
    },
  };
  quotas = quotaOffice({ store, config: () => config, stacks, secretsOf: async () => 3 });
});
afterEach(() => store.close());

const check = (spec: StackSpec, group?: string) => quotas.check({ stack: spec.name, owner: "fred", group, spec });

describe("a stack", () => {
  test("is taken when nothing is limited", async () => {
    await check(stack("rover", { replicas: 1000 }));
  });

  test("is refused when its owner would have too much, with the amounts", async () => {
    config.user = { memoryBytes: 8 * GIB, services: 2 };
    there = [stack("old", { replicas: 3, memoryBytes: 2 * GIB })];
    await expect(check(stack("rover", { memoryBytes: 4 * GIB }, { memoryBytes: 1 }))).rejects.toMatchObject({
      code: "E_QUOTA_OVER",
      http: 403,
      message: "fred would have 3 services, 10.0 GiB of memory; 2 services, 8.0 GiB of memory are allowed",
    });
  });

  test("does not count twice when it is deployed again", async () => {
    config.user = { services: 1 };
    there = [stack("rover", {})];
    await check(stack("rover", {}));
  });

  test("counts for its group as well", async () => {
    config.group = { ports: 1 };
    await check(stack("rover", { ports: 2 }));
    await expect(check(stack("rover", { ports: 2 }), "csg")).rejects.toMatchObject({
      message: /^the group csg would have 2 ports/,
    });
  });

  test("must say what it takes of what is limited", async () => {
    config.user = { memoryBytes: GIB };
    await expect(check(stack("rover", {}))).rejects.toMatchObject({
      code: "E_QUOTA_UNLIMITED",
      message: /^app-0 say no limit/,
    });
  });

  test("that vanishes while it is counted counts no more", async () => {
    config.user = { services: 1 };
    there = [stack("vanishing", {})];
    await check(stack("rover", {}));
  });
});

test("single people and groups have limits of their own until those are taken back", async () => {
  config.user = { services: 1 };
  const fred = { kind: "user", name: "fred" } as const;
  await quotas.set(fred, { services: 5 }, "root");
  await quotas.set(fred, { services: 2 }, "root");
  await check(stack("rover", {}, {}));
  expect(await quotas.exceptions()).toEqual([fred]);
  expect(await quotas.report(fred, 501)).toMatchObject({ limits: { services: 2 }, used: { services: 0, secrets: 3 } });
  await quotas.set(fred, undefined, "root");
  await expect(check(stack("rover", {}, {}))).rejects.toMatchObject({ code: "E_QUOTA_OVER" });
});

test("secrets are counted by person", async () => {
  config.user = { secrets: 3 };
  await expect(quotas.checkSecret({ uid: 501, user: "fred" })).rejects.toMatchObject({
    message: "fred would have 4 secrets; 3 secrets are allowed",
  });
});
