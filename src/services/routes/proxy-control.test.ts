import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ProxyControl } from "./proxy-control.ts";

test("a proxy that was told to end is on its way out, though it says hello once more", async () => {
  const dir = await mkdtemp(join(tmpdir(), "berth-control-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const control = new ProxyControl({ onWake: () => undefined, onUse: () => undefined });
  await control.open(join(dir, "control.sock"));
  const socket = connect(join(dir, "control.sock"));
  const heard = (done: () => boolean) =>
    new Promise<void>((resolve) => {
      const unwatch = control.watch(() => {
        if (!done()) return;
        unwatch();
        resolve();
      });
    });
  const hello = (version: number) => socket.write(`${JSON.stringify({ kind: "hello", pid: 1, version })}\n`);
  hello(1);
  await heard(() => control.proxies().length === 1);
  control.drainProxy(1, 1_000);
  hello(2);
  await heard(() => control.proxies()[0]?.version === 2);
  expect(control.proxies()[0]?.leaving).toBe(true);
  socket.destroy();
  await control.close();
});
