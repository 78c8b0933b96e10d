import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { registryLogins } from "./registry-logins.ts";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-logins-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test("a registry is shown its own password only, as the file has it now", async () => {
  const passwordFile = join(folder, "one");
  const logins = registryLogins(() => new Map([["registry.example.org:5000", { user: "berth", passwordFile }]]));
  await writeFile(passwordFile, "hunter2\n", { mode: 0o600 });
  const image = "registry.example.org:5000/team/app:1";
  expect(await logins(image)).toEqual({ user: "berth", password: "hunter2" });
  await writeFile(passwordFile, "hunter3", { mode: 0o600 });
  expect(await logins(image)).toEqual({ user: "berth", password: "hunter3" });
  expect(await logins("registry.example.org/team/app:1")).toBeUndefined();
  expect(await logins("team/app:1")).toBeUndefined();
});

test("a file that others may read, or that is missing, is refused without its text", async () => {
  const passwordFile = join(folder, "two");
  const logins = registryLogins(() => new Map([["docker.io", { user: "berth", passwordFile }]]));
  await expect(logins("busybox")).rejects.toMatchObject({
    code: "E_SERVE_REGISTRY_LOGIN",
    message: expect.stringContaining("it does not exist"),
  });
  await writeFile(passwordFile, "hunter2", { mode: 0o600 });
  await chmod(passwordFile, 0o644);
  const refusal = await logins("busybox").catch((error: unknown) => error);
  expect(refusal).toMatchObject({
    code: "E_SERVE_REGISTRY_LOGIN",
    message: expect.stringContaining("others may read"),
  });
  expect(JSON.stringify(refusal)).not.toContain("hunter2");
});
