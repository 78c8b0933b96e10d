// What a site has said wrongly of its engine is told before the server serves.

import { expect, test } from "vitest";
import { silent } from "../../base/log.ts";
import { EngineLink } from "./engine-link.ts";

test("a key that is not there is named, with the part of the configuration that names it", async () => {
  const tls = { authority: undefined, certificate: undefined, key: "/nowhere/key.pem" };
  const config = { address: "tcp://127.0.0.1:1", kind: "auto", timeoutMs: 1000, tls } as const;
  const parts = { config, site: "test", runtimeDir: undefined, log: silent } as never;
  const wrong = { code: "E_ENGINE_FILE", fields: { path: "/nowhere/key.pem" } };
  await expect(EngineLink.open(parts)).rejects.toMatchObject(wrong);
});
