// What is mounted is what was judged.

import { expect, test } from "vitest";
import { bind } from "./example-parts.ts";
import { EXAMPLE_STACK, realizeExample } from "./example-stack.ts";
import { withRealPaths } from "./real-paths.ts";

const path = (real: string) => ({ real, kind: "directory", parents: [] }) as const;

test("binds and devices of volumes lead where they led when they were judged", () => {
  const { spec } = realizeExample({
    shows: "two binds and a volume",
    service: { mounts: [bind("/global/link"), bind("/global/unknown")] },
    stack: { volumes: [{ name: "v", options: { O: "ro,bind", Device: "/global/link", type: "none" }, labels: {} }] },
  });
  const settled = withRealPaths(spec, { paths: new Map([["/global/link", path("/global/project/x")]]) });
  expect(settled.services[0]?.mounts.map((mount) => mount.kind === "bind" && mount.source)).toEqual([
    "/global/project/x",
    "/global/unknown",
  ]);
  expect(settled.volumes[0]?.options).toEqual({ type: "none", o: "ro,bind", device: "/global/project/x" });
});

test("a stack without binds stays as it is", () => {
  expect(withRealPaths(EXAMPLE_STACK, {})).toEqual(EXAMPLE_STACK);
});
