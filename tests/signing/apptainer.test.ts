// Signatures go both ways: the real Apptainer verifies what berth signs, and berth what Apptainer signs; both refuse the
// same changed files.

import { openSync, readSync, writeSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apptainer, noApptainer } from "../apptainer/peer.ts";
import { missing } from "../catalogue/world.ts";
import { makePlace, newKey, type Place } from "./place.ts";

const reason = noApptainer() ?? missing();
const SLOW = { timeout: 60_000 };

describe.skipIf(reason)(`signatures of berth and Apptainer${reason ? ` [${reason}]` : ""}`, () => {
  let place: Place;
  let print: string;
  beforeAll(async () => {
    place = await makePlace();
    print = newKey(place, "ada");
    place.pemPair("ed25519", "-algorithm", "ed25519");
    place.pemPair("ecdsa", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256");
    place.pemPair("rsa", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048");
  });
  afterAll(() => place?.close());

  function theirs(...words: string[]) {
    const env = { APPTAINER_KEYSDIR: place.at("config/keys"), APPTAINER_MESSAGELEVEL: "-1" };
    return apptainer(words, { cwd: place.folder, user: place.user, env });
  }

  test("an OpenPGP signature of berth verifies there", SLOW, () => {
    const image = place.image("ours.sif");
    place.done("sign", "--passphrase-file", "word", image);
    const { stdout, stderr, status } = theirs("verify", "--local", image);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain(`Fingerprint: ${print}`);
  });

  test("an OpenPGP signature of Apptainer verifies here", SLOW, () => {
    const image = place.image("theirs.sif");
    // It asks at a terminal only, so it is given a key that is not locked.
    const unlocked = ["--no-passphrase", "--bit-length", "2048", "--keysdir", "open-keys"];
    place.done("key", "newpair", "--name", "open", "--email", "o@example.org", ...unlocked);
    const env = { APPTAINER_KEYSDIR: place.at("open-keys"), APPTAINER_MESSAGELEVEL: "-1" };
    const signed = apptainer(["sign", image], { cwd: place.folder, user: place.user, env });
    expect(signed.status, signed.stderr).toBe(0);
    expect(place.done("verify", "--keysdir", "open-keys", image)).toMatch(/Signing entity: open <o@example\.org>/);
    // And the same key and keyring go on working in berth.
    place.done("sign", "--keysdir", "open-keys", image);
    expect(apptainer(["verify", "--local", image], { cwd: place.folder, user: place.user, env }).status).toBe(0);
  });

  test.each(["ed25519", "ecdsa", "rsa"])("signatures of a plain key of the kind %s go both ways", SLOW, (kind) => {
    const [ours, others] = [place.image(`our-${kind}.sif`), place.image(`their-${kind}.sif`)];
    place.done("sign", "--key", `${kind}.pem`, ours);
    const verified = theirs("verify", "--key", `${kind}.pub`, ours);
    expect(verified.status, verified.stderr).toBe(0);
    const signed = theirs("sign", "--key", `${kind}.pem`, others);
    expect(signed.status, signed.stderr).toBe(0);
    place.done("verify", "--key", `${kind}.pub`, others);
    expect(place.berth("verify", "--key", "rsa.pub", "our-ed25519.sif").status).toBe(255);
  });

  test("keys that Apptainer makes are kept where berth finds them", SLOW, () => {
    const words = ["-N", "Bob", "-E", "bob@example.org", "-C", "", "-P", "secret", "--bit-length", "2048"];
    const made = theirs("key", "newpair", ...words);
    expect(made.status, made.stderr).toBe(0);
    expect(place.done("key", "list", "--secret")).toMatch(/Bob <bob@example\.org>/);
    expect(theirs("key", "list").stdout).toContain(print);
  });

  test.each([
    ["the launch line", 3],
    ["an object's name", 4096 + 585 + 73],
    ["an object's content", 32_200],
  ])("both refuse a file after %s changed", SLOW, (what, offset) => {
    const image = place.image(`${what.replaceAll(/\W/g, "-")}.sif`);
    place.done("sign", "--passphrase-file", "word", "--fingerprint", print, image);
    const file = openSync(place.at(image), "r+");
    const byte = Buffer.alloc(1);
    readSync(file, byte, 0, 1, offset);
    writeSync(file, Buffer.of((byte[0] ?? 0) ^ 1), 0, 1, offset);
    expect(theirs("verify", "--local", image).status).toBe(255);
    const ours = place.berth("verify", image);
    expect(ours.status).toBe(255);
    expect(ours.stderr).toMatch(/was changed after it was signed/);
  });

  test("both end alike where there is nothing to verify", SLOW, () => {
    place.image("unsigned.sif");
    for (const ran of [theirs("verify", "--local", "unsigned.sif"), place.berth("verify", "unsigned.sif")]) {
      expect(ran.status).toBe(255);
    }
    expect(place.berth("verify", "unsigned.sif").stderr).toMatch(/signature not found/);
  });
});
