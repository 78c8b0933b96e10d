// A signature policy decides what starts: the built program, real images, a real registry.

import { chownSync, copyFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missing } from "../catalogue/world.ts";
import { startRegistry, type TestRegistry } from "../support/registry.ts";
import { makePlace, newKey, type Place } from "./place.ts";

const reason = missing();

describe.skipIf(reason)(`a signature policy${reason ? ` [${reason}]` : ""}`, () => {
  let place: Place;
  let registry: TestRegistry;
  let print: string;
  beforeAll(async () => {
    place = await makePlace();
    registry = await startRegistry();
    print = newKey(place, "ada", "--algorithm", "ed25519");
    place.pemPair("ci", "-algorithm", "ed25519");
    place.done("sign", "--passphrase-file", "word", place.image("signed.sif"));
    place.image("unsigned.sif");
  });
  afterAll(async () => {
    place?.close();
    await registry?.stop();
  });

  function policy(text: string): void {
    writeFileSync(place.at("config/signature-policy.yaml"), text);
  }
  // The plan is all that a start comes to before the launcher; what is refused has none.
  const start = (image: string) => place.berth("plan", image, "true");
  const enforce = () => policy(`rules:\n  - path: ${place.folder}\n    signers: ["${print}"]\n`);

  test("lets signed images start, and refuses others with a reason", () => {
    enforce();
    expect(start("signed.sif").stdout).toMatch(/^BERTHPLAN/);
    const refused = start("unsigned.sif");
    expect(refused.status).toBe(255);
    expect(refused.stdout).toBe("");
    expect(refused.stderr).toMatch(/^FATAL: {3}unsigned\.sif may not be used here: .*signature not found/);
    expect(refused.stderr).toContain(`rule path ${place.folder} of ${place.at("config/signature-policy.yaml")}`);
  });

  test("is not led astray by links and folders", () => {
    enforce();
    rmSync("/tmp/berth-sign-link.sif", { force: true });
    symlinkSync(place.at("unsigned.sif"), "/tmp/berth-sign-link.sif");
    expect(start("/tmp/berth-sign-link.sif").status).toBe(255);
    rmSync("/tmp/berth-sign-link.sif");
    expect(start("./layout/../unsigned.sif").status).toBe(255);
    expect(start("oci:layout:image").stderr).toMatch(/carry no signatures/);
    expect(start("layout").status).toBe(255);
  });

  test("may only warn", () => {
    policy(`default: warn\n`);
    const warned = start("unsigned.sif");
    expect(warned.status, warned.stderr).toBe(0);
    expect(warned.stderr).toMatch(/^WARNING: unsigned\.sif would not be allowed/);
  });

  test("remembers who signed a file, and forgets it when the file changes", () => {
    enforce();
    rmSync(place.at("run/verified"), { recursive: true, force: true });
    start("signed.sif");
    const remembered = readdirSync(place.at("run/verified"));
    expect(remembered).toHaveLength(1);
    start("signed.sif");
    expect(readdirSync(place.at("run/verified"))).toEqual(remembered);
    copyFileSync(place.at("unsigned.sif"), place.at("signed-once.sif"));
    chownSync(place.at("signed-once.sif"), place.user.uid, place.user.gid);
    place.done("sign", "--passphrase-file", "word", "signed-once.sif");
    expect(start("signed-once.sif").status).toBe(0);
    place.tool("sh", "-c", "printf X | dd of=signed-once.sif bs=1 seek=33000 conv=notrunc status=none");
    expect(start("signed-once.sif").status).toBe(255);
  });

  test("asks the registry for the signatures of its images", () => {
    policy(`rules:\n  - repository: ${registry.host}/team\n    signers: [${place.at("ci.pub")}]\n`);
    const uri = `docker://${registry.host}/team/app:1`;
    place.tool("skopeo", "--insecure-policy", "copy", "-q", "--dest-tls-verify=false", "oci:layout:image", uri);
    expect(start(uri).stderr).toMatch(/the registry has no signature of it/);
    place.done("sign", "--key", "ci.pem", uri);
    expect(start(uri).stdout).toMatch(/^BERTHPLAN/);
  });

  test("holds for the images that others are built from", () => {
    const uri = `docker://${registry.host}/team/base:1`;
    place.tool("skopeo", "--insecure-policy", "copy", "-q", "--dest-tls-verify=false", "oci:layout:image", uri);
    policy(`rules:\n  - repository: ${registry.host}/team\n    signers: [${place.at("ci.pub")}]\n`);
    writeFileSync(place.at("Dockerfile"), `FROM ${registry.host}/team/base:1\nLABEL a=b\n`);
    const build = () => place.berth("build", "--force", "oci:built:1", "Dockerfile");
    expect(build().stderr).toMatch(/may not be used here: .* the registry has no signature of it/);
    place.done("sign", "--key", "ci.pem", uri);
    const built = build();
    expect(built.status, built.stderr).toBe(0);
    enforce();
    expect(place.berth("build", "repacked.sif", "unsigned.sif").stderr).toMatch(/may not be used here/);
  });

  test("that cannot be read stops everything", () => {
    policy("defualt: off\n");
    const stopped = start("signed.sif");
    expect(stopped.status).toBe(255);
    expect(stopped.stderr).toMatch(/the signature policy .* cannot be used: the file has the unknown word "defualt"/);
    rmSync(place.at("config/signature-policy.yaml"));
    expect(start("unsigned.sif").status).toBe(0);
  });
});
