// Ports of the host: which ones are chosen, who holds them.

import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SPIN } from "../../policy/profiles/spin.ts";
import type { Store } from "../../store/store.ts";
import { openMemoryStore } from "../../store/testing.ts";
import { portCandidates } from "./candidates.ts";
import { isPortFree } from "./free-port.ts";
import { type Ports, portOffice } from "./port-office.ts";

const all = (service: string, container: number, random = 0) => [
  ...portCandidates({ service, container, protocol: "tcp" }, SPIN, () => random),
];

describe("a service", () => {
  test("is given its usual port where that is open as far as it should be", () => {
    expect(all("db-postgres", 5432)[0]).toBe(5432);
    expect(all("web", 8080)[0]).toBe(8080);
    expect(all("db", 8080)[0]).not.toBe(8080);
  });

  test("that should not be reached by the world is not opened to it", () => {
    const ports = all("db", 9999);
    expect(ports).toHaveLength(51 + 101);
    expect(ports.filter((port) => port >= 60_000)).toEqual([]);
  });

  test("for the world gets a port of the widest range first, never the proxy's", () => {
    expect(all("web", 80)[0]).toBe(60_000);
    expect(all("web", 443)).not.toContain(443);
  });

  test("is tried everywhere in its ranges, once", () => {
    const ports = all("web", 80, 0.5);
    expect(new Set(ports).size).toBe(ports.length);
    expect(ports).toContain(60_050);
  });
});

describe("the office", () => {
  let store: Store;
  let ports: Ports;
  let taken: Set<number>;
  beforeEach(async () => {
    taken = new Set();
    store = await openMemoryStore();
    const isFree = async (port: number) => !taken.has(port);
    ports = portOffice({ store, policy: () => SPIN, isFree, random: () => 0 });
  });
  afterEach(() => store.close());

  const wish = (service: string, container: number, host?: number) => {
    return { key: `${service}/${container}/tcp`, service, container, protocol: "tcp" as const, host };
  };
  const choose = (stack: string, wishes: readonly ReturnType<typeof wish>[], held = {}, avoid: number[] = []) =>
    ports.choose({ stack, owner: "fred", wishes, held, avoid });

  test("never gives two stacks one port", async () => {
    const stacks = Array.from({ length: 20 }, (_, i) => `rover-${i}`);
    const chosen = await Promise.all(stacks.map((stack) => choose(stack, [wish("web", 9999)])));
    expect(new Set(chosen.map((one) => one["web/9999/tcp"])).size).toBe(20);
  });

  test("leaves a stack what it held, though its own containers use it", async () => {
    const held = await choose("rover", [wish("web", 9999)]);
    taken.add(held["web/9999/tcp"] ?? 0);
    expect(await choose("rover", [wish("web", 9999)], held)).toEqual(held);
  });

  test("gives another one for what was found to be taken", async () => {
    const held = await choose("rover", [wish("web", 9999)]);
    const port = held["web/9999/tcp"] ?? 0;
    expect((await choose("rover", [wish("web", 9999)], held, [port]))["web/9999/tcp"]).not.toBe(port);
  });

  test("gives no two services of a stack one port, whoever had it before", async () => {
    const held = await choose("rover", [wish("web", 9999)]);
    const port = held["web/9999/tcp"] ?? 0;
    taken.add(port);
    const moved = await choose("rover", [wish("web", 9999), wish("api", 80, port)], held);
    expect(moved["api/80/tcp"]).toBe(port);
    expect(moved["web/9999/tcp"]).not.toBe(port);
    const both = [wish("web", 80, 60_020), wish("api", 80, 60_020)];
    await expect(choose("other", both)).rejects.toMatchObject({ code: "E_PORT_TWICE", http: 422 });
  });

  test("says whose a port is that somebody asks for", async () => {
    await choose("rover", [wish("web", 80, 60_007)]);
    await expect(choose("other", [wish("web", 80, 60_007)])).rejects.toMatchObject({
      code: "E_PORT_HELD",
      message: "port 60007/tcp of this machine belongs to the stack rover",
    });
    taken.add(60_008);
    await expect(choose("other", [wish("web", 80, 60_008)])).rejects.toMatchObject({ code: "E_PORT_TAKEN" });
  });

  test("frees the ports of a stack that is gone, and those it no longer wants", async () => {
    await choose("rover", [wish("web", 80, 60_007), wish("api", 80, 60_009)]);
    await choose("rover", [wish("web", 80, 60_007)], { "web/80/tcp": 60_007 });
    expect((await ports.held()).map(({ port }) => port)).toEqual([60_007]);
    await ports.release("rover");
    expect(await choose("other", [wish("web", 80, 60_007)])).toEqual({ "web/80/tcp": 60_007 });
  });

  test("says when nothing is free, and of which ports", async () => {
    for (let port = 1; port < 65_536; port++) taken.add(port);
    await expect(choose("rover", [wish("db", 5432)])).rejects.toMatchObject({
      code: "E_PORT_NONE",
      message: /50000-50050/,
    });
  });
});

test("a port that a program listens on is not free", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  expect(await isPortFree(port, "tcp")).toBe(false);
  server.close();
  await once(server, "close");
  expect(await isPortFree(port, "tcp")).toBe(true);
  expect(await isPortFree(port, "udp")).toBe(true);
});
