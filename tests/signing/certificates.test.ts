// Signatures checked by an X.509 certificate: openssl makes the authorities, good and bad; Apptainer judges along.

import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apptainer, noApptainer } from "../apptainer/peer.ts";
import { missing } from "../catalogue/world.ts";
import { makePlace, type Place } from "./place.ts";

const reason = missing();
const EC = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
const AUTHORITY = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n";
const SIGNER = "basicConstraints=critical,CA:FALSE\nextendedKeyUsage=codeSigning\n";

/** A certificate `NAME.crt` for the key in `key`, vouched for by `by` (itself when left out). */
interface Issue {
  readonly name: string;
  readonly key: string;
  readonly by?: string;
  readonly extensions: string;
  readonly days?: number;
}

const ISSUES: readonly Issue[] = [
  { name: "root", key: "root.pem", extensions: AUTHORITY },
  { name: "other", key: "other.pem", extensions: AUTHORITY },
  { name: "middle", key: "middle.pem", by: "root", extensions: AUTHORITY },
  { name: "narrow", key: "narrow.pem", by: "root", extensions: AUTHORITY.replace("TRUE", "TRUE,pathlen:0") },
  { name: "below", key: "below.pem", by: "narrow", extensions: AUTHORITY },
  { name: "last", key: "signer.pem", by: "narrow", extensions: SIGNER },
  { name: "toofar", key: "signer.pem", by: "below", extensions: SIGNER },
  { name: "leaf", key: "signer.pem", by: "middle", extensions: SIGNER },
  { name: "direct", key: "signer.pem", by: "root", extensions: SIGNER },
  { name: "server", key: "signer.pem", by: "root", extensions: "extendedKeyUsage=serverAuth\n" },
  { name: "past", key: "signer.pem", by: "root", extensions: SIGNER, days: -1 },
  // Somebody who was given a certificate for signing code, and makes certificates with it.
  { name: "cheat", key: "stranger.pem", by: "direct", extensions: SIGNER },
];

describe.skipIf(reason)(`a certificate${reason ? ` [${reason}]` : ""}`, () => {
  let place: Place;
  beforeAll(async () => {
    place = await makePlace();
    for (const name of ["root", "other", "middle", "narrow", "below", "signer", "stranger"]) place.pemPair(name, ...EC);
    place.tool("cp", "signer.pem", "direct.pem");
    for (const issue of ISSUES) make(issue);
    place.tool("sh", "-c", "cat narrow.crt below.crt >chain.crt");
    place.done("sign", "--key", "signer.pem", place.image("image.sif"));
    place.done("sign", "--key", "stranger.pem", place.image("strange.sif"));
  });
  afterAll(() => place?.close());

  function make({ name, key, by, extensions, days = 30 }: Issue): void {
    writeFileSync(place.at(`${name}.ext`), extensions);
    place.tool("openssl", "req", "-new", "-key", key, "-out", `${name}.csr`, "-subj", `/CN=${name}`);
    const issuer = by ? ["-CA", `${by}.crt`, "-CAkey", `${by}.pem`, "-CAcreateserial"] : ["-signkey", key];
    const words = ["-in", `${name}.csr`, "-out", `${name}.crt`, "-days", String(days), "-extfile", `${name}.ext`];
    place.tool("openssl", "x509", "-req", ...words, ...issuer);
  }

  const CASES = [
    ["that an authority vouches for", "direct", "root", undefined, "image.sif", 0],
    ["with one between it and the authority", "leaf", "root", "middle", "image.sif", 0],
    ["of an authority that may have none below it", "last", "root", "narrow", "image.sif", 0],
    ["of an authority that another was not allowed to make", "toofar", "root", "chain", "image.sif", 255],
    ["without the one between", "leaf", "root", undefined, "image.sif", 255],
    ["of another authority", "direct", "other", undefined, "image.sif", 255],
    ["that was made for a server", "server", "root", undefined, "image.sif", 255],
    ["that has expired", "past", "root", undefined, "image.sif", 255],
    ["made by one that is no authority", "cheat", "root", "direct", "strange.sif", 255],
    ["of somebody who did not sign", "direct", "root", undefined, "strange.sif", 255],
  ] as const;

  function words(leaf: string, root: string, between: string | undefined): string[] {
    const middle = between === undefined ? [] : ["--certificate-intermediates", `${between}.crt`];
    return ["verify", "--certificate", `${leaf}.crt`, "--certificate-roots", `${root}.crt`, ...middle];
  }

  test.each(CASES)("%s", (_, leaf, root, between, image, status) => {
    const ran = place.berth(...words(leaf, root, between), image);
    expect(ran.status, ran.stderr).toBe(status);
  });

  const absent = noApptainer();
  test.skipIf(absent)(`Apptainer comes to the same ends${absent ? ` [${absent}]` : ""}`, { timeout: 60_000 }, () => {
    const ends = CASES.map(([what, leaf, root, between, image]) => {
      const all = [...words(leaf, root, between), image];
      return [what, apptainer(all, { cwd: place.folder, user: place.user }).status];
    });
    expect(ends).toEqual(CASES.map(([what, , , , , status]) => [what, status]));
  });

  test("is not trusted without a word about authorities", () => {
    const ran = place.berth("verify", "--certificate", "direct.crt", "image.sif");
    expect(ran.stderr).toMatch(/no authority that is trusted here vouches for it/);
  });

  test("cannot be asked about at a revocation server", () => {
    const ran = place.berth("verify", "--certificate", "direct.crt", "--ocsp-verify", "image.sif");
    expect(ran.stderr).toMatch(/does not ask revocation servers/);
  });
});
