// The key of check-in tokens is a file of its own, made once, and its tokens hold when the keys of secrets are changed.

import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { openKeyring } from "../secrets/keyring.ts";
import { openCheckInTokens } from "./check-in-key.ts";

const dirs: string[] = [];
afterEach(async () => {
  for (const dir of dirs.splice(0)) await rm(dir, { recursive: true, force: true });
});

async function keyFile(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "check-in-"));
  dirs.push(dir);
  return join(dir, "secrets.key");
}

test("tokens hold after the keys of secrets were changed and the server was started again", async () => {
  const path = await keyFile();
  const keyring = await openKeyring(path);
  const reporter = { stack: "rover", name: "rover-web-1-abcdef01" };
  const token = (await openCheckInTokens(path)).of(reporter);
  await keyring.add();
  await keyring.keep(new Set());
  expect((await openCheckInTokens(path)).reporterOf(token)).toEqual(reporter);
  const own = join(path, "..", "check-in.key");
  expect((await stat(own)).mode & 0o777).toBe(0o600);
  expect(await readFile(path, "utf8")).not.toContain((await readFile(own, "utf8")).trim());
});

test("two servers that begin at once have one key", async () => {
  const path = await keyFile();
  const [one, two] = await Promise.all([openCheckInTokens(path), openCheckInTokens(path)]);
  expect(one.of({ id: "a".repeat(64) })).toBe(two.of({ id: "a".repeat(64) }));
});

test("a file that others may read, or that holds no key, is refused", async () => {
  const path = await keyFile();
  const own = join(path, "..", "check-in.key");
  await writeFile(own, `${"a".repeat(64)}\n`, { mode: 0o644 });
  await expect(openCheckInTokens(path)).rejects.toMatchObject({ code: "E_CHECK_IN_KEY" });
  await rm(own);
  await writeFile(own, "short\n", { mode: 0o600 });
  await expect(openCheckInTokens(path)).rejects.toThrow("it holds no key");
});
