// Writes what is made from the schemas of the gateway's API: its OpenAPI document (docs/gateway-api.json) and the typed client
// (src/gateway/client/api.ts, api-types.ts). With `--check` writes nothing and exits 1 when one of them is not current.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sampleServer } from "../tests/gateway/sample-server.ts";
import { operationsText, typesText } from "./client-text.mjs";

const root = join(import.meta.dirname, "..");
const { app } = await sampleServer();
const { body } = await app.inject({ url: "/v2/openapi.json" });
await app.close();
const document = JSON.parse(body);

const files = {
  "docs/gateway-api.json": body,
  "src/gateway/client/api-types.ts": formatted("api-types.ts", typesText(document)),
  "src/gateway/client/api.ts": formatted("api.ts", operationsText(document)),
};

for (const [path, text] of Object.entries(files)) {
  if (!process.argv.includes("--check")) writeFileSync(join(root, path), text);
  else if (readFileSync(join(root, path), "utf8") !== text) {
    console.error(`${path} is not what the schemas say: node scripts/make-client.mjs`);
    process.exitCode = 1;
  }
}

function formatted(name, text) {
  const biome = join(root, "node_modules/.bin/biome");
  return execFileSync(biome, ["format", `--stdin-file-path=src/gateway/client/${name}`], {
    cwd: root,
    input: text,
    encoding: "utf8",
  });
}
