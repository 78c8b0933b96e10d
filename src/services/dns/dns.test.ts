// The name server as a resolver sees it, and its bytes as an attacker sends them.

import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode, encode } from "dns-packet";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silent } from "../../base/log.ts";
import { answerQuery } from "./answer.ts";
import { keepNames } from "./names.ts";
import { type DnsResponder, startResponder } from "./responder.ts";
import { DNS, ROVER } from "./testing.ts";
import { makeZone } from "./zone.ts";

const ZONE = makeZone(DNS, ROVER, 7);

describe("a resolver", () => {
  let responder: DnsResponder;
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  beforeAll(async () => {
    responder = await startResponder({ host: "127.0.0.1", port: 0 }, ZONE);
    resolver.setServers([`127.0.0.1:${responder.port}`]);
  });
  afterAll(() => responder.close());

  test("finds a service with a port at the machine", async () => {
    expect(await resolver.resolve4("db.rover.prod.example.org")).toEqual(["192.0.2.10"]);
    expect(await resolver.resolve6("DB.Rover.prod.example.org")).toEqual(["2001:db8::10"]);
  });

  test("finds a web service at the proxy", async () => {
    expect(await resolver.resolveCname("web.rover.prod.example.org")).toEqual([DNS.proxyName]);
    expect(await resolver.resolve4("web.rover.prod.example.org")).toEqual(["192.0.2.11"]);
  });

  test("learns who answers for the zone", async () => {
    expect(await resolver.resolveSoa(DNS.origin)).toMatchObject({ serial: 7, minttl: 60 });
    expect(await resolver.resolveNs(DNS.origin)).toEqual(["ns.prod.example.org"]);
  });

  test("is told what does not exist, and what exists without such a record", async () => {
    await expect(resolver.resolve4("db.rovr.prod.example.org")).rejects.toThrow("ENOTFOUND");
    await expect(resolver.resolve4("rover.prod.example.org")).rejects.toThrow("ENODATA");
    await expect(resolver.resolveMx("db.rover.prod.example.org")).rejects.toThrow("ENODATA");
  });

  test("is refused other people's names", async () => {
    await expect(resolver.resolve4("example.com")).rejects.toThrow("EREFUSED");
  });

  test("gets answers that do not fit into a datagram by TCP", async () => {
    const many = Array.from({ length: 200 }, (_, i) => `192.0.2.${i}`);
    responder.serve(makeZone({ ...DNS, addresses: many }, ROVER, 8));
    expect(await resolver.resolve4("db.rover.prod.example.org")).toHaveLength(200);
  });
});

describe("a query", () => {
  const ask = (name: string, type: "A" | "AXFR" = "A") => encode({ type: "query", id: 5, questions: [{ name, type }] });

  test("keeps its id and its question", () => {
    const answer = decode(answerQuery(ask("db.rover.prod.example.org"), ZONE, "udp") ?? Buffer.alloc(0));
    expect(answer).toMatchObject({ id: 5, flag_aa: true, questions: [{ name: "db.rover.prod.example.org" }] });
  });

  test("for the whole zone is refused", () => {
    const answer = decode(answerQuery(ask("prod.example.org", "AXFR"), ZONE, "tcp") ?? Buffer.alloc(0));
    expect((answer.flags ?? 0) & 15).toBe(5);
  });

  test("that is an answer gets none, so that no two servers talk for ever", () => {
    expect(
      answerQuery(answerQuery(ask("db.rover.prod.example.org"), ZONE, "udp") ?? Buffer.alloc(0), ZONE, "udp"),
    ).toBe(undefined);
  });

  test("of whatever bytes is answered within its limit, or not at all", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.boolean(), (bytes, headed) => {
        const query = Buffer.from(bytes);
        if (headed && query.length >= 12) query.set([0, 5, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
        expect(answerQuery(query, ZONE, "udp")?.length ?? 0).toBeLessThanOrEqual(1232);
      }),
      { numRuns: 2000, seed: 6 },
    );
  });
});

test("names come and go with services, in the server and in files", async () => {
  const folder = mkdtempSync(join(tmpdir(), "berth-names-"));
  try {
    const config = { ...DNS, zoneFile: join(folder, "zone"), hostsFile: join(folder, "hosts"), listen: undefined };
    const names = await keepNames({ config, now: () => 1000, log: silent });
    await names.update(ROVER);
    expect(readFileSync(config.hostsFile, "utf8")).toContain("192.0.2.10\tdb.rover.prod.example.org\n");
    expect(readFileSync(config.hostsFile, "utf8")).toContain("192.0.2.11\tweb.rover.prod.example.org\n");
    expect(readFileSync(config.zoneFile, "utf8")).toContain("(1001 ");
    await names.update(ROVER.slice(1));
    expect(readFileSync(config.hostsFile, "utf8")).not.toContain("db.rover");
    expect(readFileSync(config.zoneFile, "utf8")).toContain("(1002 ");
    await names.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("an address that is taken is a failure with a cure", async () => {
  const other = createSocket("udp4").bind(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address();
  await expect(startResponder({ host: "127.0.0.1", port }, ZONE)).rejects.toMatchObject({ code: "E_DNS_LISTEN" });
  other.close();
});
