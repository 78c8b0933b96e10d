import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { silent } from "../base/log.ts";
import { quickKey } from "../signing/testing.ts";
import type { Context } from "./context.ts";
import { importKeys } from "./key-work.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-key-work-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("the name of an imported key does nothing to the terminal", async () => {
  const file = join(folder, "key.pgp");
  const bytes = Buffer.from((await quickKey("EveX2J")).toPublic().write()).toString("latin1");
  writeFileSync(file, Buffer.from(bytes.replace("EveX", "Eve\x1b"), "latin1"));
  const said: string[] = [];
  const log = { ...silent, info: (text: string) => void said.push(text) };
  const values = { keysdir: join(folder, "keys"), "new-password": false, "passphrase-file": undefined };
  await importKeys(file, values, { log } as Partial<Context> as Context);
  expect(said.join("\n")).toContain("Eve?2J");
  expect(said.join("\n")).not.toContain("\x1b");
});
