// Limits of people and groups, over stacks of a model engine and real secrets, on both kinds of store.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { storeChoices } from "../../../tests/support/stores.ts";
import type { Amounts } from "../../site/services/quotas.ts";
import type { Store } from "../../store/store.ts";
import { openKeyring } from "../secrets/keyring.ts";
import { type SecretBook, secretBook } from "../secrets/secret-book.ts";
import { FRED, ModelDriver, openModelStacks, wish } from "../stacks/testing.ts";
import type { Stacks } from "../stacks/types.ts";
import { type Quotas, quotaOffice } from "./quota-office.ts";

const GIB = 1024 ** 3;
const FRED_AS_OWNER = { uid: FRED.uid, user: "fred" };

interface Asked {
  readonly replicas?: number;
  readonly memory?: string;
  readonly ports?: number;
}

// A recipe with what is counted of it, and no more.
function recipe(...services: readonly Asked[]): string {
  const lines = services.map(({ replicas = 1, memory, ports = 0 }, index) => {
    const limits = memory === undefined ? "" : `, resources: {limits: {memory: ${memory}}}`;
    const published = Array.from({ length: ports }, (_, port) => `"${8000 + port}"`).join(", ");
    return `  app${index}: {image: "a:1", ports: [${published}], deploy: {replicas: ${replicas}${limits}}}`;
  });
  return `services:\n${lines.join("\n")}\n`;
}

describe.each(storeChoices())("quotas in $kind", (choice) => {
  let store: Store;
  let config: { user: Amounts; group: Amounts };
  let quotas: Quotas;
  let driver: ModelDriver;
  let stacks: Stacks;
  let secrets: SecretBook;
  let dir: string;
  const office = (over: Store) => quotaOffice({ store: over, config: () => config });
  beforeEach(async () => {
    if (choice.skip) return;
    dir = await mkdtemp(join(tmpdir(), "berth-quotas-"));
    store = await choice.open();
    config = { user: {}, group: {} };
    quotas = office(store);
    driver = new ModelDriver();
    stacks = openModelStacks(store, driver, { quota: quotas.check });
    secrets = secretBook(store, await openKeyring(join(dir, "key")));
  });
  afterEach(async () => {
    if (choice.skip) return;
    await stacks.close();
    await rm(dir, { recursive: true, force: true });
  });

  const begin = (name: string, text: string, tags = {}) => stacks.up(wish(name, text, tags), FRED);
  const deploy = async (name: string, text: string, tags = {}) => {
    const answer = await begin(name, text, tags);
    expect(answer).toMatchObject({ begun: true });
    return answer.begun ? stacks.ended(answer.deployment.id) : undefined;
  };
  const keep = (name: string, by: Quotas = quotas, book = secrets) =>
    book.create({ name, description: "", owner: FRED_AS_OWNER, value: Buffer.from("x") }, "fred", (trx) =>
      by.checkSecret(trx, { name, owner: FRED_AS_OWNER }),
    );

  describe("a stack", () => {
    test.skipIf(choice.skip)("is taken when nothing is limited", async () => {
      await deploy("rover", recipe({ replicas: 20 }));
    });

    test.skipIf(choice.skip)("is refused when its owner would have too much, with the amounts", async () => {
      await deploy("old", recipe({ replicas: 3, memory: "2g" }));
      config.user = { memoryBytes: 8 * GIB, services: 2 };
      await expect(begin("rover", recipe({ memory: "4g" }, { memory: "1m" }))).rejects.toMatchObject({
        code: "E_QUOTA_OVER",
        http: 403,
        message: "fred would have 3 services, 10.0 GiB of memory; the limit is 2 services, 8.0 GiB of memory",
      });
      expect((await stacks.list()).items.map(({ name }) => name)).toEqual(["old"]);
    });

    test.skipIf(choice.skip)("does not count twice when it is deployed again", async () => {
      config.user = { services: 1, stacks: 1 };
      await deploy("rover", recipe({}));
      await deploy("rover", recipe({ replicas: 2 }));
    });

    test.skipIf(choice.skip)("may shrink, but not grow, where there is too much already", async () => {
      await deploy("rover", recipe({ replicas: 8, memory: "1g" }));
      config.user = { memoryBytes: 4 * GIB };
      const down = await stacks.scale("rover", "app0", 6, FRED);
      await stacks.ended(down.id);
      await expect(stacks.scale("rover", "app0", 7, FRED)).rejects.toMatchObject({ code: "E_QUOTA_OVER" });
      await deploy("rover", recipe({ replicas: 5, memory: "1g" }));
    });

    test.skipIf(choice.skip)("counts with the containers that people scaled it to", async () => {
      config.user = { memoryBytes: 4 * GIB };
      await deploy("rover", recipe({ memory: "1g" }));
      await stacks.ended((await stacks.scale("rover", "app0", 4, FRED)).id);
      await expect(begin("other", recipe({ memory: "1m" }))).rejects.toMatchObject({ code: "E_QUOTA_OVER" });
      expect((await quotas.report({ kind: "user", name: "fred" })).used).toMatchObject({ memoryBytes: 4 * GIB });
    });

    test.skipIf(choice.skip)("counts for its group as well", async () => {
      config.group = { ports: 1 };
      await deploy("alone", recipe({ ports: 2 }));
      await expect(begin("rover", recipe({ ports: 2 }), { group: "csg" })).rejects.toMatchObject({
        message: /^the group csg would have 2 ports/,
      });
    });

    test.skipIf(choice.skip)("must say what it takes of what is limited", async () => {
      config.user = { memoryBytes: GIB };
      await expect(begin("rover", recipe({}))).rejects.toMatchObject({
        code: "E_QUOTA_UNLIMITED",
        message: /^app0 say no limit/,
      });
    });

    test.skipIf(choice.skip)("counts from the moment at which it was asked for", async () => {
      config.user = { services: 2 };
      const gate = Promise.withResolvers<void>();
      driver.hook = () => gate.promise;
      await begin("rover", recipe({}, {}));
      await expect(begin("other", recipe({}))).rejects.toMatchObject({
        message: "fred would have 3 services; the limit is 2 services",
      });
      gate.resolve();
    });
  });

  describe("of twenty at the same moment, on two servers, no more than allowed", () => {
    const codes = (ends: readonly PromiseSettledResult<unknown>[]) => {
      const refused = ends.flatMap((end) => (end.status === "rejected" ? [end.reason.code] : []));
      return { taken: ends.length - refused.length, refused: [...new Set(refused)] };
    };

    test.skipIf(choice.skip)("stacks are deployed", async () => {
      config = { user: { services: 40 }, group: { stacks: 5 } };
      const second = await choice.again(store);
      const other = openModelStacks(second, driver, { server: "s2", quota: office(second).check });
      const servers = [stacks, other];
      const asking = Array.from({ length: 20 }, (_, n) =>
        servers[n % 2]?.up(wish(`rover${n}`, recipe({}), { group: "csg" }), FRED),
      );
      expect(codes(await Promise.allSettled(asking))).toEqual({ taken: 5, refused: ["E_QUOTA_OVER"] });
      expect((await stacks.list()).items).toHaveLength(5);
      await other.close();
    });

    test.skipIf(choice.skip)("services are scaled", async () => {
      for (let n = 0; n < 20; n += 1) await deploy(`rover${n}`, recipe({ memory: "1g" }));
      config.user = { memoryBytes: 25 * GIB };
      const second = await choice.again(store);
      const other = openModelStacks(second, driver, { server: "s2", quota: office(second).check });
      const servers = [stacks, other];
      const asking = Array.from({ length: 20 }, (_, n) => servers[n % 2]?.scale(`rover${n}`, "app0", 2, FRED));
      expect(codes(await Promise.allSettled(asking))).toEqual({ taken: 5, refused: ["E_QUOTA_OVER"] });
      await other.close();
    });

    test.skipIf(choice.skip)("secrets are kept", async () => {
      config.user = { secrets: 5 };
      const second = await choice.again(store);
      const books = [secrets, secretBook(second, await openKeyring(join(dir, "key")))];
      const offices = [quotas, office(second)];
      const asking = Array.from({ length: 20 }, (_, n) => keep(`rover.key${n}`, offices[n % 2], books[n % 2]));
      expect(codes(await Promise.allSettled(asking))).toEqual({ taken: 5, refused: ["E_QUOTA_OVER"] });
      expect(await secrets.list()).toHaveLength(5);
    });
  });

  test.skipIf(choice.skip)("single people and groups have limits of their own until those are taken back", async () => {
    config.user = { services: 1 };
    const fred = { kind: "user", name: "fred" } as const;
    await quotas.set(fred, { services: 5 }, "root");
    await quotas.set(fred, { services: 2 }, "root");
    await deploy("rover", recipe({}, {}));
    expect(await quotas.exceptions()).toEqual([fred]);
    const report = await quotas.report(fred, FRED.uid);
    expect(report).toMatchObject({ limits: { services: 2 }, used: { services: 2, secrets: 0 } });
    await quotas.set(fred, undefined, "root");
    await expect(begin("other", recipe({}))).rejects.toMatchObject({ code: "E_QUOTA_OVER" });
  });

  test.skipIf(choice.skip)("secrets are counted by person, and one too many leaves nothing behind", async () => {
    config.user = { secrets: 1 };
    await keep("db.rover.key");
    await expect(keep("db.rover.other")).rejects.toMatchObject({
      message: "fred would have 2 secrets; the limit is 1 secret",
    });
    expect((await secrets.list()).map(({ name }) => name)).toEqual(["db.rover.key"]);
    await expect(keep("db.rover.key")).rejects.toMatchObject({ code: "E_SECRET_EXISTS" });
  });

  test.skipIf(choice.skip)("secrets are counted by the group of the stack that they are named after", async () => {
    config.group = { secrets: 2 };
    await deploy("rover", recipe({}), { group: "genome" });
    for (const name of ["rover.key", "db.other.key", "db.rover.password"]) await keep(name);
    await expect(keep("web.rover.token")).rejects.toMatchObject({
      message: "the group genome would have 3 secrets; the limit is 2 secrets",
    });
    await keep("web.other.token");
    expect(await quotas.report({ kind: "group", name: "genome" })).toMatchObject({ used: { secrets: 2 } });
  });
});
