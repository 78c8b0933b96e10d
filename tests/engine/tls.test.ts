// An engine of another machine, reached by HTTPS with certificates on both sides, as the site's configuration names it.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openEngine } from "../../src/services/engine/index.ts";
import { type Authority, makeAuthority } from "../support/authority.ts";
import { hasDockerd, startDockerd, type TestEngine } from "../support/engine.ts";
import { freePort } from "../support/registry.ts";
import { collected, planOf } from "./shared.ts";

describe.skipIf(!hasDockerd)("an engine at https:// (needs root and dockerd)", () => {
  let folder: string;
  let authority: Authority;
  let real: TestEngine;
  let address: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "berth-engine-tls-"));
    authority = await makeAuthority(folder);
    const port = await freePort();
    address = `https://127.0.0.1:${port}`;
    const tls = ["--tlscacert", authority.ca, "--tlscert", authority.serverCert, "--tlskey", authority.serverKey];
    real = await startDockerd({ arguments: ["--host", `tcp://127.0.0.1:${port}`, "--tlsverify", ...tls] });
    await real.image({ name: "test/tiny:1" });
  });
  afterAll(async () => {
    await real?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const files = () => ({ authority: authority.ca, certificate: authority.clientCert, key: authority.clientKey });
  const open = (tls: Partial<ReturnType<typeof files>>) =>
    openEngine(
      {
        address,
        kind: "auto",
        timeoutMs: 10_000,
        tls: { authority: undefined, certificate: undefined, key: undefined, ...tls },
      },
      {},
    );

  test("is used like any other, programs in containers included", async () => {
    const engine = await open(files());
    const id = await engine.create(planOf("far"));
    await engine.start(id);
    const session = await engine.exec(id, { argv: ["cat"], tty: false, stdin: true });
    await session.write(Buffer.from("over there\n"));
    session.end();
    const said = Buffer.concat((await collected(session.output)).map((piece) => piece.data)).toString();
    expect(said).toBe("over there\n");
    expect(await session.wait()).toBe(0);
    await engine.remove(id, { force: true });
  });

  test("is not talked to without its authority, and does not talk to strangers", async () => {
    const { authority: ca } = files();
    await expect((await open({})).info()).rejects.toMatchObject({ code: "E_ENGINE_TRUST" });
    await expect((await open({ authority: ca })).info()).rejects.toMatchObject({ code: "E_ENGINE_TRUST" });
  });
});
