import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { importFile } from "../store/import.ts";
import { type AdvisoryStore, openStore } from "../store/store.ts";
import { FIXTURES, NOW } from "../testing.ts";
import { withArtifact, writeArtifact } from "./artifact.ts";
import { artifactInLayout, isLayoutPath, takeArtifact } from "./take-artifact.ts";

let dir: string;
let set: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-set-"));
  set = join(dir, "set.tar");
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const now = () => NOW;
const pair = () => generateKeyPairSync("ed25519");
const made = (signKey?: ReturnType<typeof pair>["privateKey"]) =>
  importFile(join(dir, "one"), join(FIXTURES, "osv"), { now, signKey });
const exported = (store: AdvisoryStore) =>
  withArtifact(store, { tempDir: dir }, async (artifact) => {
    await writeArtifact(artifact, set);
    return artifact.parts.map(({ digest }) => digest);
  });

test("a set that was exported is the same store elsewhere", async () => {
  const store = await made();
  await exported(store);
  expect(await isLayoutPath(set)).toBe(true);
  const taken = await takeArtifact(join(dir, "two"), await artifactInLayout(set), { now });
  expect(taken.digest).toBe(store.digest);
  expect((await taken.find("PyPI", new Set(["torch"]))).get("torch")).toHaveLength(1);
});

test("parts that did not change keep their digests, so that a registry takes only what is new", async () => {
  const before = await exported(await made());
  const store = await importFile(join(dir, "one"), join(FIXTURES, "osv/alpine.json"), { now });
  const after = await exported(store);
  expect(after.filter((digest) => !before.includes(digest))).toHaveLength(1);
});

test("a set is taken only with a signature of the site, where the site has keys", async () => {
  const [site, other] = [pair(), pair()];
  await exported(await made(site.privateKey));
  const take = async (keys: readonly (typeof site.publicKey)[]) =>
    takeArtifact(join(dir, "two"), await artifactInLayout(set), { now, keys });
  await expect(take([other.publicKey])).rejects.toMatchObject({ code: "E_ADVISORY_SIGNATURE" });
  await expect(openStore(join(dir, "two"))).rejects.toMatchObject({ code: "E_ADVISORY_NONE" });
  await take([other.publicKey, site.publicKey]);
  await openStore(join(dir, "two"), { keys: [site.publicKey] });
  await expect(openStore(join(dir, "two"), { keys: [other.publicKey] })).rejects.toMatchObject({
    code: "E_ADVISORY_SIGNATURE",
  });
});

test("an unsigned set is refused where the site has keys, and a signature of another set too", async () => {
  const site = pair();
  const store = await made();
  const opened = openStore(join(dir, "one"), { keys: [site.publicKey] });
  await expect(opened).rejects.toMatchObject({ code: "E_ADVISORY_SIGNATURE" });
  const signed = await importFile(join(dir, "other"), join(FIXTURES, "osv/go.json"), { now, signKey: site.privateKey });
  await writeFile(join(store.folder, "manifest.dsse.json"), await readFile(join(signed.folder, "manifest.dsse.json")));
  await expect(openStore(join(dir, "one"), { keys: [site.publicKey] })).rejects.toMatchObject({
    code: "E_ADVISORY_SIGNATURE",
  });
});

test("a set whose bytes were changed is refused, and the store stays as it was", async () => {
  await exported(await made());
  const bytes = await readFile(set);
  for (let at = 6000; at < bytes.length - 2000; at += 4001) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 0xff;
    await writeFile(set, changed);
    const taken = artifactInLayout(set).then((found) => takeArtifact(join(dir, "two"), found, { now }));
    const outcome = await taken.then(
      (store) => store.digest,
      (error: { readonly code?: string }) => error.code,
    );
    // What only pads an archive says nothing.
    expect(outcome).toMatch(/^(?:E_|sha256:)/);
  }
});

test("an image is no set of advisories", async () => {
  await exported(await made());
  const found = await artifactInLayout(set);
  const manifestBytes = Buffer.from(
    Buffer.from(found.manifestBytes).toString().replace("vnd.berth.advisories.v1", "other"),
  );
  await expect(takeArtifact(join(dir, "two"), { ...found, manifestBytes }, { now })).rejects.toMatchObject({
    code: "E_ADVISORY_SOURCE",
  });
});

test("a signature never comes to vouch for what somebody else has put into the store", async () => {
  const [site, other] = [pair(), pair()];
  await made(other.privateKey);
  const keys = [site.publicKey];
  const changed = importFile(join(dir, "one"), join(FIXTURES, "osv/go.json"), { now, keys, signKey: site.privateKey });
  await expect(changed).rejects.toMatchObject({ code: "E_ADVISORY_SIGNATURE" });
});

test("a set that is older than what is there is refused, though the site has signed it", async () => {
  const site = pair();
  const keys = [site.publicKey];
  await exported(await made(site.privateKey));
  const take = async () => takeArtifact(join(dir, "two"), await artifactInLayout(set), { now, keys });
  await take();
  const later = () => new Date(NOW.getTime() + 86_400_000);
  const go = join(FIXTURES, "osv/go.json");
  const newer = await importFile(join(dir, "two"), go, { now: later, keys, signKey: site.privateKey });
  await expect(take()).rejects.toMatchObject({ code: "E_ADVISORY_OLDER" });
  expect((await openStore(join(dir, "two"), { keys })).digest).toBe(newer.digest);
  // What nobody signed is no measure.
  await rm(join(newer.folder, "manifest.dsse.json"));
  await take();
});
