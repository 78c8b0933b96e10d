// Podman run by an ordinary user: what works there as elsewhere, and what it says that it cannot.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectEngine, examineEngine, LiveContainers } from "../../src/services/engine/index.ts";
import type { Engine } from "../../src/services/engine/types.ts";
import { hasRootlessPodman, startRootlessPodman, type TestEngine } from "../support/engine.ts";
import { collected, planOf, until } from "./shared.ts";

describe.skipIf(!hasRootlessPodman)("rootless Podman (needs root to step down, slirp4netns, fuse-overlayfs)", () => {
  let real: TestEngine;
  let engine: Engine;

  beforeAll(async () => {
    real = await startRootlessPodman();
    await real.image({ name: "test/tiny:1" });
    engine = connectEngine({ address: real.address, timeoutMs: 20_000 });
  });
  afterAll(() => real?.stop());

  test("says that it is one, and what it cannot", async () => {
    expect(await engine.info()).toMatchObject({ kind: "podman", rootless: true, limits: false, canPause: false });
  });

  test("runs a service with a published port, and programs in it, and tells what happens", async () => {
    const live = new LiveContainers({ engine, site: "test" });
    await live.ready();
    const name = "rootless_default";
    await engine.createNetwork({ name, labels: {} });
    const id = await engine.create(
      planOf("rootless-web-1", {
        command: ["httpd", "-f", "-p", "80", "-h", "/www"],
        capDrop: ["ALL"],
        networks: [{ name, aliases: ["web"] }],
        ports: [{ container: 80, protocol: "tcp", host: 0, address: "127.0.0.1" }],
      }),
    );
    await engine.start(id);
    await until("it is seen to run", () => live.get(id)?.ports.length === 1);
    const port = live.get(id)?.ports[0]?.host;
    const page = async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
      return (await answer?.text()) === "hello from busybox\n";
    };
    await until("the port answers", page);
    const session = await engine.exec(id, { argv: ["wget", "-qO-", "http://web/"], tty: false, stdin: false });
    const said = Buffer.concat((await collected(session.output)).map((piece) => piece.data)).toString();
    expect(said).toBe("hello from busybox\n");
    await engine.remove(id, { force: true });
    await until("it is seen to be gone", () => live.get(id) === undefined);
    await live.close();
    await engine.removeNetwork(name);
  });

  test("doctor finds no gap, and says what is less than with root", async () => {
    const { findings } = await examineEngine(engine, { signal: AbortSignal.timeout(50_000) });
    const of = (state: string) => findings.filter((one) => one.state === state).map((one) => one.name);
    expect(of("gap")).toEqual([]);
    expect(of("unknown")).toEqual([]);
    expect(of("warn")).toEqual(expect.arrayContaining(["rights", "network", "limits", "pause"]));
  });
});
