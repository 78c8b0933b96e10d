import { afterAll, beforeAll, expect, test } from "vitest";
import { type SampleServer, sampleServer } from "../../../../tests/gateway/sample-server.ts";

let server: SampleServer;

beforeAll(async () => {
  server = await sampleServer();
});

afterAll(async () => {
  await server.app.close();
});

const served = async () => (await server.app.inject({ url: "/v2/openapi.json" })).body;

test("every operation has a name of its own, a summary, and refuses with a problem", async () => {
  const { paths } = JSON.parse(await served()) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  };
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  expect(operations.length).toBeGreaterThan(20);
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  for (const operation of operations) {
    expect(operation.summary, operation.operationId).toMatch(/^[A-Z]/);
    expect(JSON.stringify(operation.responses["default"])).toContain("#/components/schemas/Problem");
  }
});

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly responses: Readonly<Record<string, unknown>>;
}
