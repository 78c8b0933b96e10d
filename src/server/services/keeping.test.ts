// What the server does beside requests: names that follow the stacks, and tidying up.

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sessionBook } from "../../accounts/sessions.ts";
import { silent } from "../../base/log.ts";
import { DNS } from "../../services/dns/testing.ts";
import { fail } from "../../services/stacks/errors.ts";
import type { Stacks } from "../../services/stacks/types.ts";
import type { Service, Stack } from "../../services/types.ts";
import { openMemoryStore } from "../../store/testing.ts";
import { ServiceNames } from "./service-names.ts";
import { tidy, tidyPeriodically } from "./tidy.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-keeping-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const port = { host: 60007, container: 5432, protocol: "tcp", name: undefined, reach: "site" };
const service = (name: string, ports: Service["ports"], routes: readonly string[] = []) => ({ name, ports, routes });
function stacksOf(there: Map<string, readonly ReturnType<typeof service>[]>) {
  const watchers = new Set<(stack: string | undefined) => void>();
  const stackOf = (name: string) => ({ name, services: there.get(name) ?? [] }) as unknown as Stack;
  return {
    list: async () => ({ items: [...there.keys()].map(stackOf), next: undefined }),
    show: async (name: string) => {
      if (!there.has(name)) throw fail("E_STACK_NONE", { stack: name });
      return stackOf(name);
    },
    watchState(watcher: (stack: string | undefined) => void) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    changed: (stack: string | undefined) => {
      for (const watcher of watchers) watcher(stack);
    },
  } satisfies Pick<Stacks, "list" | "show" | "watchState"> & { changed(stack: string | undefined): void };
}

test("services have names as long as their stack is there", async () => {
  const there = new Map([["rover", [service("db", [port]), service("util", [])]]]);
  const stacks = stacksOf(there);
  const config = { ...DNS, listen: undefined, hostsFile: join(folder, "hosts") };
  const names = await ServiceNames.open({ config, stacks, now: () => 1000, log: silent });
  const text = () => (existsSync(config.hostsFile) ? readFileSync(config.hostsFile, "utf8") : "");
  const named = () => [...text().matchAll(/\t(\S+)\.prod/g)].map(([, name]) => name);
  const until = async (wanted: readonly string[]) => {
    while (JSON.stringify([...new Set(named())].sort()) !== JSON.stringify(wanted))
      await new Promise((again) => setTimeout(again, 5));
  };
  await until(["db.rover", "lb.reverse-proxy", "ns"]);
  there.set("other", [service("web", [], ["https://other.example.org/"])]);
  stacks.changed("other");
  await until(["db.rover", "lb.reverse-proxy", "ns", "web.other"]);
  there.delete("rover");
  stacks.changed("rover");
  await until(["lb.reverse-proxy", "ns", "web.other"]);
  there.clear();
  stacks.changed(undefined);
  await until(["lb.reverse-proxy", "ns"]);
  await names.close();
});

test("sessions that ended, and what removed stacks left, go by themselves", async () => {
  let now = 1000;
  const store = await openMemoryStore(() => now);
  const sessions = sessionBook(store, () => ({ sessionSeconds: 60, sessionIdleSeconds: 60 }));
  await sessions.begin({ user: "fred", uid: 501, via: "token", token: undefined, address: "::1" });
  now += 61;
  const forgotten: unknown[] = [];
  const parts = {
    sessions: () => sessions,
    logs: { forget: async (living: ReadonlySet<string>, seconds: number) => void forgotten.push([...living], seconds) },
    webhooks: { forget: async () => Promise.reject(new Error("away")) },
    ...{ keepRemovedSeconds: () => 7, stacks: stacksOf(new Map([["rover", []]])), now: () => now },
  };
  const said: string[] = [];
  await tidy({ ...parts, log: { warn: (text: string) => void said.push(text) } });
  expect(await store.db.selectFrom("sessions").selectAll().execute()).toEqual([]);
  expect(said).toEqual(["tidying up: away"]);
  const webhooks = { forget: async () => {} };
  const ended = new Promise<void>((done) => {
    const end = tidyPeriodically({ ...parts, webhooks, log: silent }, 1);
    const look = setInterval(() => {
      if (forgotten.length === 0) return;
      clearInterval(look);
      void end().then(done);
    }, 1);
  });
  await ended;
  expect(forgotten.slice(0, 2)).toEqual([["rover"], 7]);
  await store.close();
});
