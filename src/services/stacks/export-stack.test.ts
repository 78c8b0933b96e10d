import { expect, test } from "vitest";
import { readStack } from "../../recipe/compose/index.ts";
import { exportStack } from "./export-stack.ts";

const TEXT = `
name: rover
services:
  web: {image: "registry.example.org/team/web:\${TAG}", environment: {A: "$$b", FROM: "\${WHO}"}, secrets: [rover.web.key]}
  local: {image: "test/own:1"}
secrets: {rover.web.key: {external: true}}
`;
const DIGEST = `sha256:${"ab".repeat(32)}`;

test("what is exported reads back as the same stack, its images by their digests", () => {
  const variables = { TAG: "1", WHO: "fred" };
  const { spec } = readStack([{ name: "compose.yml", text: TEXT }], { read: () => undefined, variables });
  if (!spec) throw new Error("unreadable");
  const web = {
    reference: "registry.example.org/team/web:1",
    digest: DIGEST,
    local: `registry.example.org/team/web@${DIGEST}`,
  };
  const own = { reference: "test/own:1", digest: "sha256:cd", local: "sha256:cd" };
  const { files, compose } = exportStack({ spec, images: { web, local: own } });
  expect(compose).toEqual(files.map(({ name }) => name));
  const read = readStack(files, { read: () => undefined, variables: {} });
  expect(read.notes.filter(({ severity }) => severity === "error")).toEqual([]);
  const [first, ...others] = spec.services;
  expect(read.spec?.services).toEqual([{ ...first, image: web.local }, ...others]);
});
