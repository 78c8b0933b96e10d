// GnuPG as the judge of what berth signs in clear text, and as the maker of keys that berth takes in.

import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missing } from "../catalogue/world.ts";
import { installed } from "../support/ordinary-user.ts";
import { makePlace, newKey, type Place } from "./place.ts";

const reason = missing() ?? (installed("gpg") ? undefined : "gpg is not installed");

describe.skipIf(reason)(`GnuPG and berth${reason ? ` [${reason}]` : ""}`, () => {
  let place: Place;
  const gpg = (...words: string[]) => place.tool("gpg", "--batch", "--quiet", "--no-tty", ...words);
  beforeAll(async () => {
    place = await makePlace();
    place.tool("mkdir", "-m", "700", "gnupg");
  });
  afterAll(() => place?.close());

  test.each([["rsa"], ["ed25519"]])("gpg accepts a message that berth signed with a key of the kind %s", (kind) => {
    const print = newKey(place, kind, "--algorithm", kind);
    const image = place.image(`${kind}.sif`);
    place.done("sign", "--passphrase-file", "word", "--fingerprint", print, image);
    place.done("key", "export", "--armor", `${kind}.asc`, print);
    gpg("--import", `${kind}.asc`);
    const last = JSON.parse(place.done("sif", "list", "--json", image)).at(-1);
    writeFileSync(place.at("message"), place.done("sif", "dump", String(last.id), image));
    expect(gpg("--status-fd", "1", "--verify", "message")).toContain(`VALIDSIG ${print}`);
    writeFileSync(
      place.at("message"),
      place.done("sif", "dump", String(last.id), image).replace("sha256:", "sha256:0"),
    );
    expect(() => gpg("--verify", "message")).toThrow(/BAD signature/);
  });

  test("a key of gpg, locked by it, signs in berth", () => {
    gpg(
      "--passphrase",
      "a long passphrase",
      "--pinentry-mode",
      "loopback",
      "--quick-gen-key",
      "Gnu <g@example.org>",
      "ed25519",
      "sign",
    );
    const secret = ["--pinentry-mode", "loopback", "--passphrase", "a long passphrase", "--export-secret-keys"];
    gpg(...secret, "--output", "secret.gpg", "g@example.org");
    place.done("key", "import", "--keysdir", "from-gpg", "secret.gpg");
    const image = place.image("gnu.sif");
    place.done("sign", "--keysdir", "from-gpg", "--passphrase-file", "word", image);
    expect(place.done("verify", "--keysdir", "from-gpg", image)).toMatch(/Signing entity: Gnu <g@example\.org>/);
    writeFileSync(place.at("wrong"), "another\n");
    const wrong = place.berth("sign", "--keysdir", "from-gpg", "--passphrase-file", "wrong", image);
    expect(wrong.stderr).toMatch(/the passphrase does not open the key/);
    expect(wrong.status).toBe(1);
  });

  test("an image is refused once gpg has revoked its key", () => {
    const print = newKey(place, "revoked", "--keysdir", "r", "--algorithm", "ed25519");
    const image = place.image("revoked.sif");
    place.done("sign", "--keysdir", "r", "--passphrase-file", "word", image);
    place.done("verify", "--keysdir", "r", image);
    place.done("key", "export", "--keysdir", "r", "--secret", "r.gpg", print);
    gpg("--pinentry-mode", "loopback", "--passphrase", "a long passphrase", "--import", "r.gpg");
    writeFileSync(place.at("answers"), "y\n0\n\ny\n");
    const revoke = `gpg --no-tty --command-fd 0 --pinentry-mode loopback --passphrase-file word`;
    place.tool("sh", "-c", `${revoke} --output r.rev --gen-revoke ${print} <answers && gpg --batch --import r.rev`);
    gpg("--export", "--output", "r.pub", print);
    place.done("key", "import", "--keysdir", "r", "r.pub");
    const refused = place.berth("verify", "--keysdir", "r", image);
    expect(refused.stderr).toMatch(/must not be trusted any more/);
    expect(refused.status).toBe(255);
  });
});
