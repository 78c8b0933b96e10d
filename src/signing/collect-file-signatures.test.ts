// What is said of the signatures in files: real SIF files, signed by berth itself.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { collectFileSignatures } from "./collect-file-signatures.ts";
import { addKeys, keyringIn } from "./keyring.ts";
import { fingerprintOf, type PgpSecretKey } from "./pgp.ts";
import { signSif } from "./sign-sif.ts";
import { NOW, plainPair, quickKey, workFolder } from "./testing.ts";

let work: Awaited<ReturnType<typeof workFolder>>;
let ada: PgpSecretKey;
let eve: PgpSecretKey;
beforeAll(async () => {
  work = await workFolder();
  [ada, eve] = [await quickKey("ada"), await quickKey("eve")];
  await addKeys(keyringIn(join(work.folder, "site")), [ada.toPublic()]);
});
afterAll(() => work.remove());

const collected = (path: string, keys: readonly ReturnType<typeof plainPair>["pub"][] = [], ring = "site") =>
  collectFileSignatures(path, { keyrings: [keyringIn(join(work.folder, ring))], keys, now: NOW });
const NONE = { documents: [], found: [] };

async function signedBy(key: PgpSecretKey): Promise<string> {
  const path = await work.file();
  await signSif(path, { key: { kind: "pgp", key }, now: NOW });
  return path;
}

test("a file without signatures has none, and so has one that can carry none", async () => {
  expect(await collected(await work.file())).toEqual({ ...NONE, judged: [] });
  expect(await collected(await work.file(Buffer.from("hsqs no SIF file at all")))).toEqual({ ...NONE, judged: [] });
});

test("one by a key of the site counts by its fingerprint", async () => {
  const judged = [{ kind: "pgp", valid: true, signer: fingerprintOf(ada), reason: undefined }];
  expect(await collected(await signedBy(ada))).toEqual({ ...NONE, judged });
});

test("one by somebody else does not, and says by whom", async () => {
  const { judged, unread } = await collected(await signedBy(eve));
  expect([judged, unread]).toMatchObject([
    [{ valid: false, reason: expect.stringContaining(fingerprintOf(eve)) }],
    undefined,
  ]);
});

test("nothing is known of any where the site names no key, or none of that kind", async () => {
  const path = await signedBy(ada);
  const why = "there are signatures in the file, and the site names no key to check them with";
  expect(await collected(path, [], "none")).toEqual({ ...NONE, judged: [], unread: why });
  const { judged, unread } = await collected(path, [plainPair().pub], "none");
  expect([judged, unread]).toEqual([[], expect.stringContaining("1 of its signatures cannot be checked")]);
});

test("a file that was changed since is named without its path", async () => {
  const path = await signedBy(ada);
  const bytes = await readFile(path);
  bytes.write("DATA", bytes.indexOf("datadata"));
  await writeFile(path, bytes);
  const { judged } = await collected(path);
  expect(judged).toMatchObject([{ valid: false, reason: expect.stringMatching(/^the file was changed after/) }]);
});

test("a damaged keyring is no reason to believe nothing is there", async () => {
  const ring = join(work.folder, "damaged");
  await mkdir(ring);
  await writeFile(join(ring, "pgp-public"), "no key");
  await expect(collected(await signedBy(ada), [], "damaged")).rejects.toMatchObject({ code: "E_KEYRING" });
});
