// Tokens hold when this key made them, now, and as they were made.

import { X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Claims, openSigner, type Signer } from "./signer.ts";

let dir: string;
let signer: Signer;
const NOW = 1_800_000_000;
const CLAIMS: Claims = {
  ...{ iss: "i", sub: "anna", aud: "s", exp: NOW + 300, nbf: NOW - 30, iat: NOW, jti: "1" },
  access: [{ type: "repository", name: "geo/a", actions: ["pull"] }],
};

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-signer-"));
  signer = await openSigner(dir, () => NOW);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe("the signer", () => {
  test("keeps its key to itself and shows a certificate of it", async () => {
    expect((await stat(join(dir, "registry-token.key"))).mode & 0o777).toBe(0o600);
    const certificate = new X509Certificate(await readFile(signer.certificate));
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.subject).toBe("CN=berth registry tokens");
    expect(certificate.validFromDate.getTime()).toBeLessThan(NOW * 1000);
  });

  test("uses the same key after a restart", async () => {
    const again = await openSigner(dir, () => NOW);
    expect(again.check(signer.sign(CLAIMS), NOW)).toEqual(CLAIMS);
  });

  test("makes one key when two servers start at once", async () => {
    const both = await mkdtemp(join(dir, "both-"));
    const [one, other] = await Promise.all([openSigner(both, () => NOW), openSigner(both, () => NOW)]);
    expect(other.check(one.sign(CLAIMS), NOW)).toEqual(CLAIMS);
  });

  test("refuses tokens before and after their time, and of other keys", async () => {
    const token = signer.sign(CLAIMS);
    expect(signer.check(token, NOW)).toEqual(CLAIMS);
    expect(signer.check(token, NOW + 300)).toBeUndefined();
    expect(signer.check(token, NOW - 31)).toBeUndefined();
    const other = await openSigner(join(dir, "other"), () => NOW);
    expect(signer.check(other.sign(CLAIMS), NOW)).toBeUndefined();
  });

  test("refuses a token in which anything was changed", () => {
    const token = signer.sign(CLAIMS);
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(..."ABab01-_."), (at, letter) => {
        const changed = `${token.slice(0, at)}${letter}${token.slice(at + 1)}`;
        // The last letter of a part holds bits that mean nothing.
        const same = Buffer.from(changed.split(".")[2] ?? "", "base64url").equals(
          Buffer.from(token.split(".")[2] ?? "", "base64url"),
        );
        const kept =
          changed === token ||
          (same && changed.slice(0, changed.lastIndexOf(".")) === token.slice(0, token.lastIndexOf(".")));
        expect(signer.check(changed, NOW) !== undefined).toBe(kept);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test.each(["", ".", "..", "a.b.c", "x".repeat(20_000)])("refuses %j", (text) => {
    expect(signer.check(text.slice(0, 20_000), NOW)).toBeUndefined();
  });
});
