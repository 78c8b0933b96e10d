// `Fingerprints:` of a definition file: the base is taken only when those keys have signed it, be it a file or an
// artifact of a registry; and what was checked is what is built on, though the tag moves meanwhile.

import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missing } from "../catalogue/world.ts";
import { startRegistry, type TestRegistry } from "../support/registry.ts";
import { makePlace, newKey, type Place } from "./place.ts";

const reason = missing();

describe.skipIf(reason)(`Fingerprints: of a base in a registry${reason ? ` [${reason}]` : ""}`, () => {
  let place: Place;
  let registry: TestRegistry;
  let fingerprint: string;
  beforeAll(async () => {
    place = await makePlace();
    registry = await startRegistry();
    fingerprint = newKey(place, "ada", "--algorithm", "ed25519");
    place.image("signed.sif");
    place.done("sign", "--passphrase-file", "word", "--fingerprint", fingerprint, "signed.sif");
    place.done("push", "signed.sif", `oras://${registry.host}/team/signed:1`);
    place.done("push", "plain.sif", `oras://${registry.host}/team/plain:1`);
  });
  afterAll(async () => {
    place?.close();
    await registry?.stop();
  });

  function build(name: string, by: string) {
    const text = `Bootstrap: oras\nFrom: ${registry.host}/team/${name}:1\nFingerprints: ${by}\n%environment\nA=1\n`;
    writeFileSync(place.at(`${name}.def`), text);
    return place.berth("build", "--force", "out.sif", `${name}.def`);
  }

  test("that the named key has signed is built on", () => {
    const made = build("signed", fingerprint);
    expect(made.stderr).toContain("built out.sif");
    expect(made.status).toBe(0);
  });

  test.each([
    ["plain", () => fingerprint, /signature not found|no signature/],
    ["signed", () => "0".repeat(40), /signature not found/],
  ])("%s, without that signature, is refused before anything is made of it", (name, by, words) => {
    const made = build(name, by());
    expect(made.stderr).toMatch(words);
    expect(made.stderr).toContain("Fingerprints:");
    expect(made.status).toBe(255);
  });
});
