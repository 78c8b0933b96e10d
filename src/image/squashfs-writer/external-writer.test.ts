import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ExternalWriter } from "./external-writer.ts";

let scratch = "";
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "berth-writer-"));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** A writer that is really a shell, to die in every way. */
function writer(script: string): { readonly target: string; readonly writer: ExternalWriter } {
  const target = join(scratch, "target");
  const command = { program: "/bin/sh", args: ["-c", script, "sh", target], env: { PATH: "/usr/bin:/bin" } };
  return { target, writer: new ExternalWriter(command, target) };
}

test("a program that fails is quoted, the end of its words only", async () => {
  const { target, writer: w } = writer(
    'echo half >"$1"; for i in 1 2 3 4 5 6 7 8 9; do echo "line $i" >&2; done; exit 3',
  );
  await expect(w.finish()).rejects.toThrow(
    "sh could not write the image file (exit status 3): line 5; line 6; line 7; line 8; line 9",
  );
  await w.discard();
  expect(existsSync(target)).toBe(false);
});

test("a program that is killed in the middle ends the stream's signal, and says so", async () => {
  const { target, writer: w } = writer('echo half >"$1"; kill -9 $$');
  await new Promise((resolve) => w.failed.addEventListener("abort", resolve, { once: true }));
  expect((await w.discard())?.message).toContain("killed by SIGKILL");
  expect(existsSync(target)).toBe(false);
});

test("a program that cannot be started is named", async () => {
  const w = new ExternalWriter({ program: "/nonexistent/tar2sqfs", args: [], env: {} }, join(scratch, "none"));
  await expect(w.finish()).rejects.toThrow(
    "tar2sqfs could not write the image file (spawn /nonexistent/tar2sqfs ENOENT)",
  );
});

test("a program that hangs is killed when its work is discarded", async () => {
  const { target, writer: w } = writer('echo half >"$1"; exec sleep 1000');
  w.sink.write("x");
  expect(await w.discard()).toBeUndefined();
  expect(existsSync(target)).toBe(false);
});
