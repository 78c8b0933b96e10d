import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findClientConfig } from "./client-config.ts";

const folder = mkdtempSync(join(tmpdir(), "client-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function found(text: string): ReturnType<typeof findClientConfig> {
  const path = join(folder, "site.yaml");
  writeFileSync(path, text);
  return await findClientConfig({ BERTH_SITE_CONFIG: path, BERTH_UDIROOT: join(folder, "none") });
}

test("users of a node talk to the gateway that the node is told", async () => {
  const node =
    "node: { imageDir: /i, system: c1, gateways: [http://node:5000/], gatewayTimeout: 5s, imageType: custom }\n";
  expect(await found(node)).toMatchObject({
    ...{ gateways: ["http://node:5000"], system: "c1", timeoutMs: 5000, imageType: "custom" },
  });
});

test("what the section client says comes first", async () => {
  const both =
    "client: { gateways: [http://a], system: c2 }\nnode: { imageDir: /i, system: c1, gateways: [http://b] }\n";
  expect(await found(both)).toMatchObject({ gateways: ["http://a"], system: "c2" });
});
