// The zone as BIND's own programs see it.

import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DnsResponder, startResponder } from "../../src/services/dns/responder.ts";
import { DNS, ROVER } from "../../src/services/dns/testing.ts";
import { makeZone, zoneFile } from "../../src/services/dns/zone.ts";

const ZONE = makeZone(DNS, ROVER, 7);
let responder: DnsResponder;
beforeAll(async () => {
  responder = await startResponder({ host: "127.0.0.1", port: 0 }, ZONE);
});
afterAll(() => responder.close());

// The server is this process: dig must not keep it from answering.
async function asked(...words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("dig", ["@127.0.0.1", "-p", String(responder.port), ...words]);
  return stdout;
}

test.each([
  ["by UDP", []],
  ["by TCP", ["+tcp"]],
  ["without EDNS", ["+noedns"]],
])("dig finds services %s", async (_how, words) => {
  const answer = await asked(...words, "web.rover.prod.example.org");
  expect(answer).toMatch(/flags: qr aa rd;.*ANSWER: 2/);
  expect(answer).toContain("192.0.2.11");
});

test("dig sees a well-formed refusal and a well-formed absence", async () => {
  expect(await asked("example.com")).toContain("status: REFUSED");
  expect(await asked("nobody.prod.example.org")).toMatch(/NXDOMAIN[\s\S]*SOA\tns\.prod\.example\.org\./);
});

test("named-checkzone takes the zone file", () => {
  const folder = mkdtempSync(join(tmpdir(), "berth-zone-"));
  try {
    writeFileSync(join(folder, "zone"), zoneFile(ZONE));
    expect(execFileSync("named-checkzone", [DNS.origin, join(folder, "zone")], { encoding: "utf8" })).toContain("OK");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
