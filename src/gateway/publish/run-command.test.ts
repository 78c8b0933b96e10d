import { expect, test } from "vitest";
import { runCommand } from "./run-command.ts";

const signal = new AbortController().signal;
const sh = (script: string, timeoutMs = 10_000) => runCommand(["sh", "-c", script], { timeoutMs, signal });

test("what a program says and how it ends are given back", async () => {
  expect(await sh("echo out; echo err >&2; exit 3")).toEqual({
    code: 3,
    stdout: "out\n",
    stderr: "err\n",
    late: false,
  });
});

test("input reaches it, read or not", async () => {
  const input = "x".repeat(200_000);
  expect((await runCommand(["wc", "-c"], { input, timeoutMs: 10_000, signal })).stdout.trim()).toBe("200000");
  expect((await runCommand(["true"], { input, timeoutMs: 10_000, signal })).code).toBe(0);
});

test("one that takes too long is ended, and one that does not listen, too", async () => {
  expect(await sh("sleep 60", 50)).toMatchObject({ code: null, late: true });
  expect(await sh("trap '' TERM; while :; do sleep 0.1; done", 50)).toMatchObject({ code: null, late: true });
});

test("a signal ends it with its reason", async () => {
  const abort = new AbortController();
  const running = runCommand(["sleep", "60"], { timeoutMs: 60_000, signal: abort.signal });
  abort.abort(new Error("cancelled"));
  await expect(running).rejects.toThrow("cancelled");
});

test("one that leaves somebody behind with its output open is not waited for", async () => {
  const { code, stdout } = await sh("sleep 60 & echo $!");
  process.kill(Number(stdout));
  expect(code).toBe(0);
});

test("one that says too much, or cannot be started, is an error", async () => {
  await expect(sh("yes")).rejects.toThrow("said more than");
  await expect(runCommand(["/no/such/program"], { timeoutMs: 1000, signal })).rejects.toThrow("ENOENT");
});
