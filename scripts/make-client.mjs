// Writes what is made from the schemas of the APIs of the gateway and of services: their OpenAPI documents
// (docs/gateway-api.json, docs/services-api.json) and the typed clients (api.ts and api-types.ts of src/gateway/client and
// src/services/client). With `--check` writes nothing and exits 1 when one of them is not current.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sampleServer } from "../tests/gateway/sample-server.ts";
import { bareServices } from "../tests/services/bare-services.ts";
import { operationsText, typesText } from "./client-text.mjs";

const root = join(import.meta.dirname, "..");

const APIS = [
  {
    ...{ of: "the gateway", document: "docs/gateway-api.json", schemas: "src/gateway/api/v2" },
    ...{ folder: "src/gateway/client", client: ".", url: "/v2/openapi.json" },
    server: async () => (await sampleServer()).app,
  },
  {
    ...{ of: "services", document: "docs/services-api.json", schemas: "src/services/api" },
    ...{ folder: "src/services/client", client: "../../gateway/client", url: "/v2/services/openapi.json" },
    server: bareServices,
  },
];

for (const api of APIS) {
  const app = await api.server();
  const { body } = await app.inject({ url: api.url });
  await app.close();
  const document = JSON.parse(body);
  keep(api.document, body);
  keep(`${api.folder}/api-types.ts`, formatted("api-types.ts", typesText(document, api)));
  keep(`${api.folder}/api.ts`, formatted("api.ts", operationsText(document, api)));
}

function keep(path, text) {
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
