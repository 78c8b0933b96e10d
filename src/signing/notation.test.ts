// Signatures of notation, made here as its specification says, and every way in which one may not count.

import { execFileSync } from "node:child_process";
import { constants, createPrivateKey, type KeyObject, sign, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installed } from "../../tests/support/ordinary-user.ts";
import { parseDigest } from "../base/digest.ts";
import { judgeNotation } from "./notation.ts";

const DIGEST = parseDigest(`sha256:${"a".repeat(64)}`);
const SCHEME = "io.cncf.notary.signingScheme";
const EXPIRY = "io.cncf.notary.expiry";

describe.skipIf(!installed("openssl"))("a signature of notation [needs openssl to make certificates]", () => {
  let dir: string;
  let root: X509Certificate;
  let leaf: X509Certificate;
  let key: KeyObject;

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "berth-notation-"));
    const openssl = (...words: string[]) => execFileSync("openssl", words, { cwd: dir, stdio: "pipe" });
    const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    openssl("req", "-x509", ...ec, "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=Site CA");
    openssl("req", ...ec, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=builder/O=site");
    writeFileSync(join(dir, "ext"), "keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\n");
    const ca = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
    openssl("x509", "-req", "-in", "leaf.csr", ...ca, "-days", "20", "-extfile", "ext", "-out", "leaf.pem");
    const read = (name: string) => readFileSync(join(dir, name));
    [root, leaf] = [new X509Certificate(read("ca.pem")), new X509Certificate(read("leaf.pem"))];
    key = createPrivateKey(read("leaf.key"));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const HEADER = {
    ...{ alg: "ES256", cty: "application/vnd.cncf.notary.payload.v1+json", crit: [SCHEME], [SCHEME]: "notary.x509" },
    "io.cncf.notary.signingTime": "2026-11-01T00:00:00Z",
  };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  function signed(header: object = {}, target: object = {}): Record<string, unknown> {
    const head = part({ ...HEADER, ...header });
    const payload = part({ targetArtifact: { mediaType: "m", digest: DIGEST, size: 7, ...target } });
    const signature = sign("sha256", Buffer.from(`${head}.${payload}`), { key, dsaEncoding: "ieee-p1363" });
    const x5c = [leaf, root].map(({ raw }) => raw.toString("base64"));
    return { payload, protected: head, header: { x5c }, signature: signature.toString("base64url") };
  }
  const judged = (envelope: unknown, now = new Date()) =>
    judgeNotation(Buffer.from(JSON.stringify(envelope)), DIGEST, { roots: [root], now });

  test("counts by its certificate's name", () => {
    expect(judged(signed())).toEqual({ signer: "CN=builder, O=site" });
    const later = new Date(Date.now() + 86_400_000).toISOString();
    expect(judged(signed({ crit: [SCHEME, EXPIRY], [EXPIRY]: later }))).toHaveProperty("signer");
  });

  test("of a time that is over, or not marked as critical, does not", () => {
    expect(judged(signed({ crit: [SCHEME, EXPIRY], [EXPIRY]: "2026-01-01T00:00:00Z" })).why).toBe(
      "it ended on 2026-01-01",
    );
    expect(judged(signed({ [EXPIRY]: "2099-01-01T00:00:00Z" })).why).toBe("its end is not said properly");
  });

  test("with a header that nobody understands does not", () => {
    expect(judged(signed({ crit: [SCHEME, "x.new"], "x.new": 1 })).why).toBe(
      "its critical header x.new is not understood",
    );
    expect(judged(signed({ crit: [] })).why).toBe("its signing scheme is not known");
    expect(judged(signed({ [SCHEME]: "none" })).why).toBe("its signing scheme is not known");
    expect(judged(signed({ cty: "text/plain" })).why).toContain("something else");
  });

  test("of another image, or that was changed, does not", () => {
    expect(judged(signed({}, { digest: `sha256:${"b".repeat(64)}` })).why).toBe("it is of another image");
    const other = signed({}, { size: 8 });
    expect(judged({ ...signed(), payload: other["payload"] }).why).toContain("it was changed");
    expect(judged(signed({ alg: "none" })).why).toContain("it was changed");
    expect(judged(signed({ alg: "PS256" })).why).toContain("it was changed");
  });

  test("by nobody whom the site trusts does not", () => {
    const bytes = Buffer.from(JSON.stringify(signed()));
    expect(judgeNotation(bytes, DIGEST, { roots: [], now: new Date() }).why).toContain("CN=builder");
    expect(judged(signed(), new Date(Date.now() + 40 * 86_400_000)).why).toBeDefined();
    expect(judged({ ...signed(), header: { x5c: [] } }).why).toBe("it carries no certificate");
    expect(judged({ ...signed(), header: { x5c: ["AAAA"] } }).why).toBe("it carries no certificate");
    expect(judged({}).why).toBe("it is no signature of notation");
    expect(constants.RSA_PSS_SALTLEN_DIGEST).toBe(-1);
  });
});
