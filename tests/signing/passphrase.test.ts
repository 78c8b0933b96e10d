// Passphrases: typed without being shown, read from files and pipes, and never left where others can see them.

import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BINARY, missing } from "../catalogue/world.ts";
import { installed } from "../support/ordinary-user.ts";
import { makePlace, newKey, type Place } from "./place.ts";

const reason = missing() ?? (installed("script") ? undefined : "script is not installed");
const WORD = "a long passphrase";

describe.skipIf(reason)(`a passphrase${reason ? ` [${reason}]` : ""}`, () => {
  let place: Place;
  beforeAll(async () => {
    place = await makePlace();
    newKey(place, "ada", "--algorithm", "ed25519");
  });
  afterAll(() => place?.close());

  test("is asked for at the terminal, and not shown there", () => {
    const image = place.image("asked.sif");
    writeFileSync(place.at("typed"), `${WORD}\n`);
    const shown = place.tool("sh", "-c", `script -qec '${BINARY} sign ${image}' /dev/null <typed | tr -d '\\r'`);
    expect(shown).toMatch(/Enter key passphrase :/);
    // What `script` itself echoes comes before the question is asked.
    expect(shown.slice(shown.indexOf("Enter key passphrase"))).not.toContain(WORD);
    expect(place.done("verify", image)).toContain("ada <ada@example.org>");
  });

  test("comes from standard input", () => {
    const image = place.image("piped.sif");
    place.tool("sh", "-c", `${BINARY} sign --passphrase-file - ${image} <word`);
    place.done("verify", image);
  });

  test("is needed: without a terminal that is said", () => {
    const image = place.image("none.sif");
    expect(place.berth("sign", image)).toMatchObject({ status: 1 });
    expect(place.berth("sign", image).stderr).toMatch(/--passphrase-file FILE/);
    expect(place.berth("key", "newpair").stderr).toMatch(/give --name and --email/);
  });

  test("that is wrong opens nothing", () => {
    writeFileSync(place.at("wrong"), "another\n");
    const refused = place.berth("sign", "--passphrase-file", "wrong", place.image("wrong.sif"));
    expect(refused.stderr).toMatch(/the passphrase does not open the key/);
    expect(refused.stderr).not.toContain("another");
  });

  test("opens a locked key in PEM", () => {
    const locked = ["-algorithm", "ed25519", "-aes256", "-pass", "file:word", "-out", "locked.pem"];
    place.tool("openssl", "genpkey", ...locked);
    place.tool("openssl", "pkey", "-in", "locked.pem", "-passin", "file:word", "-pubout", "-out", "locked.pub");
    const image = place.image("locked.sif");
    place.done("sign", "--key", "locked.pem", "--passphrase-file", "word", image);
    place.done("verify", "--key", "locked.pub", image);
    const refused = place.berth("sign", "--key", "locked.pem", "--passphrase-file", "wrong", image);
    expect(refused.stderr).toMatch(/the passphrase does not open locked\.pem/);
  });

  test("is in no file that berth writes, and what it locks is for its owner only", () => {
    const files = readdirSync(place.at("config"), { recursive: true, withFileTypes: true }).filter((f) => f.isFile());
    expect(files.length).toBeGreaterThan(1);
    for (const { parentPath, name } of files) {
      expect(readFileSync(join(parentPath, name)).includes(WORD)).toBe(false);
      expect(statSync(join(parentPath, name)).mode & 0o077).toBe(0);
    }
  });
});
