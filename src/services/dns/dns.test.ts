// The name server as a resolver sees it, and its bytes as an attacker sends them.

import { execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
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
const hasRawSockets = process.getuid?.() === 0 && existsSync("/usr/bin/perl");

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

  test("gets no answer that is much larger than itself because of what it repeats", () => {
    const one = ask("a.very.long.name.that.is.said.only.once.but.asked.for.many.times.prod.example.org");
    const again = Buffer.from([0xc0, 12, 0, 1, 0, 1]);
    const query = Buffer.concat([one, ...Array.from({ length: 60 }, () => again)]);
    query.writeUInt16BE(61, 4);
    expect(answerQuery(query, ZONE, "udp")?.length).toBe(12);
    expect(decode(answerQuery(query, ZONE, "tcp") ?? Buffer.alloc(0))).toMatchObject({ rcode: "FORMERR" });
  });

  test("of a name that cannot be repeated as it was asked is a mistake of form", () => {
    const strange = ask(`${"x".repeat(40)}.prod.example.org`);
    strange.fill(0xff, 13, 53);
    const answer = answerQuery(strange, ZONE, "udp") ?? Buffer.alloc(0);
    expect(answer).toHaveLength(12);
    expect(decode(answer)).toMatchObject({ id: 5, rcode: "FORMERR" });
  });

  test("for everything of a name gets one kind of records", () => {
    const query = encode({ type: "query", id: 5, questions: [{ name: "prod.example.org", type: "ANY" as never }] });
    const zone = makeZone({ ...DNS, nameServers: ["prod.example.org"] }, ROVER, 7);
    const { answers } = decode(answerQuery(query, zone, "udp") ?? Buffer.alloc(0));
    expect(answers?.map(({ type }) => type)).toEqual(["NS"]);
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

test.skipIf(!hasRawSockets)(
  "a sender without a port, whom nobody can answer, does no harm (needs root and perl)",
  async () => {
    const responder = await startResponder({ host: "127.0.0.1", port: 0 }, ZONE);
    const query = encode({ type: "query", id: 5, questions: [{ name: "db.rover.prod.example.org", type: "A" }] });
    const head = Buffer.alloc(8);
    head.writeUInt16BE(responder.port, 2);
    head.writeUInt16BE(8 + query.length, 4);
    const send =
      "use Socket; socket(my $s, PF_INET, SOCK_RAW, 17) or die; send($s, pack('H*', $ARGV[0]), 0, sockaddr_in(0, inet_aton('127.0.0.1'))) or die";
    execFileSync("perl", ["-e", send, Buffer.concat([head, query]).toString("hex")]);
    const resolver = new Resolver({ timeout: 2000, tries: 1 });
    resolver.setServers([`127.0.0.1:${responder.port}`]);
    expect(await resolver.resolve4("db.rover.prod.example.org")).toEqual(["192.0.2.10"]);
    await responder.close();
  },
);

test("nobody's service takes the proxy's name, or makes a zone that cannot be read", () => {
  const config = { ...DNS, proxyName: "lb.reverse-proxy.prod.example.org" };
  const named = (stack: string, service: string) => ({ stack, service, published: true });
  const services = [
    named("reverse-proxy", "lb"),
    named("rover", "x".repeat(64)),
    named("rover", "a_b"),
    named("rover", "DB"),
  ];
  const { records } = makeZone(config, services, 7);
  expect(records.get(config.proxyName)).toEqual([{ type: "A", name: config.proxyName, data: "192.0.2.11" }]);
  expect([...records.keys()].filter((name) => name.includes("rover"))).toEqual(["db.rover.prod.example.org"]);
});

test("files of an earlier server lose the names that are gone", async () => {
  const folder = mkdtempSync(join(tmpdir(), "berth-names-"));
  try {
    const config = { ...DNS, hostsFile: join(folder, "hosts"), listen: undefined };
    const earlier = await keepNames({ config, now: () => 1000, log: silent }, ROVER);
    await earlier.close();
    expect(readFileSync(config.hostsFile, "utf8")).toContain("db.rover");
    const later = await keepNames({ config, now: () => 2000, log: silent });
    await later.update([]);
    expect(readFileSync(config.hostsFile, "utf8")).not.toContain("rover");
    await later.close();
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
