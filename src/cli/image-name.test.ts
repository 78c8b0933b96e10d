import { expect, test } from "vitest";
import { parseImageUri } from "../oci/uri.ts";
import { defaultImageName } from "./image-name.ts";

const HEX = "0123456789abcdef".repeat(4);

test.each([
  ["docker://alpine", "alpine_latest.sif"],
  ["docker://host.example:5000/a/b/python:3.12-slim", "python_3.12-slim.sif"],
  [`docker://alpine@sha256:${HEX}`, "alpine_sha256-0123456789ab.sif"],
  ["oras://host.example/lab/tool:1", "tool_1.sif"],
  ["docker-archive:/data/saved.tar.gz", "saved.sif"],
  ["docker-archive:/data/saved.tar:lab/tool:2", "tool_2.sif"],
  ["oci:/data/layout:v1", "layout_v1.sif"],
  ["oci-archive:some/image.tar", "image.sif"],
  ["https://files.example/dir/tool.sif?x=1", "tool.sif"],
  ["docker-daemon:lab/tool:3", "tool_3.sif"],
])("the image of %s is called %s when no name is given", (uri, name) => {
  expect(defaultImageName(parseImageUri(uri))).toBe(name);
});
