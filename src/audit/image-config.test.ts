import { expect, test } from "vitest";
import { parseImageConfig } from "../oci/image-config.ts";
import type { ImageManifest } from "../oci/types.ts";
import { configOf, makersOf } from "./image-config.ts";

function read(document: object, annotations?: Readonly<Record<string, string>>) {
  const configBytes = Buffer.from(JSON.stringify(document));
  const manifest = { layers: [] } as unknown as ImageManifest;
  return configOf({ config: parseImageConfig(configBytes, manifest, "test"), configBytes }, annotations);
}

test("everything that an image says of itself is told, labels above annotations", () => {
  const { config, history } = read(
    {
      created: "2026-01-02T03:04:05Z",
      os: "linux",
      architecture: "arm64",
      config: {
        User: "499:499",
        Env: ["A=1"],
        Entrypoint: ["/app"],
        Cmd: "serve",
        WorkingDir: "/opt",
        Labels: { a: "label" },
        ExposedPorts: { "80/tcp": {} },
        Volumes: { "/data": {} },
        Healthcheck: { Test: ["CMD", "true"], Interval: 5 },
        StopSignal: "SIGQUIT",
        OnBuild: ["RUN x"],
      },
      history: [{ created: "2026-01-02T03:04:05Z", created_by: "RUN x", comment: "buildkit", empty_layer: true }],
    },
    { a: "annotation", b: "annotation" },
  );
  expect(config).toEqual({
    ...{ created: "2026-01-02T03:04:05Z", os: "linux", architecture: "arm64", user: "499:499", env: ["A=1"] },
    ...{ entrypoint: ["/app"], command: ["serve"], workingDirectory: "/opt" },
    ...{ labels: { a: "label", b: "annotation" }, exposed: ["80/tcp"], volumes: ["/data"] },
    ...{ healthCheck: ["CMD", "true"], stopSignal: "SIGQUIT", onBuild: ["RUN x"], diffIds: [] },
  });
  expect(history).toEqual([{ created: "2026-01-02T03:04:05Z", createdBy: "RUN x", comment: "buildkit", empty: true }]);
});

test.each([
  { history: "text" },
  { history: [null, 7, { created_by: 7, empty_layer: "yes" }] },
  { config: null, history: null },
  { config: { Healthcheck: "CMD", OnBuild: [7] } },
])("what has the wrong form is nothing: %j", (document) => {
  const { config, history } = read(document);
  expect(config).toMatchObject({ user: "", healthCheck: undefined, onBuild: [] });
  for (const entry of history) expect(entry).toEqual({ created: undefined, createdBy: "", comment: "", empty: false });
});

test("each layer has its line of the history, unless their numbers differ", () => {
  const lines = [true, false, true, false].map((empty, index) => ({
    ...{ created: undefined, createdBy: `step ${index}`, comment: "", empty },
  }));
  expect(makersOf(lines, 2).map((maker) => maker?.createdBy)).toEqual(["step 1", "step 3"]);
  expect(makersOf(lines, 3)).toEqual([undefined, undefined, undefined]);
});
