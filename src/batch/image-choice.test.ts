// Rows 17-23 and 74 of spec/shifter.md 10.2 and 10.4.

import { describe, expect, test } from "vitest";
import type { Environment } from "../platform/user.ts";
import { chooseImage } from "./image-choice.ts";
import { imageRequest, parseImageName } from "./image-name.ts";

describe("the name of an image", () => {
  test.each([
    ["row 17", "docker:ubuntu:14.04", { type: "docker", name: "ubuntu:14.04" }],
    ["row 18", "ubuntu:14.04", { type: "docker", name: "ubuntu:14.04" }],
    [
      "with a registry",
      "docker:host:5000/team/tool@sha256:00",
      { type: "docker", name: "host:5000/team/tool@sha256:00" },
    ],
    ["of an unknown type is a name", "alpine:3", { type: "docker", name: "alpine:3" }],
    ["by id", "id:abc", { type: "id", name: "abc" }],
    ["row 23: of a directory keeps its slashes and blanks", "local:/a dir/x", { type: "local", name: "/a dir/x" }],
  ])("%s", (_, text, want) => {
    expect(parseImageName(text, "docker")).toMatchObject(want);
  });

  test("is handed on as it was asked for, with its type", () => {
    expect(parseImageName("ubuntu:14.04", "docker").asked).toBe("docker:ubuntu:14.04");
    expect(parseImageName("docker:ubuntu", "custom").asked).toBe("docker:ubuntu");
  });

  // Shifter drops the characters, and takes another image.
  test.each([
    ["row 21", "this is *incorrect*", '" " cannot stand in it'],
    ["row 22", "docker:echo test; rm -rf thing1", '" " cannot stand in it'],
    ["row 23", "custom:a/b", "a name of the type custom has no /"],
    ["an empty name", "docker:", "its name is empty"],
    ["a relative directory", "local:dir", "a local image is a directory by its absolute path"],
    ["a path instead of an id", "id:../x", "a name of the type id has no /"],
  ])("%s: %s is refused", (_, text, why) => {
    expect(() => parseImageName(text, "docker")).toThrow(why);
  });

  test("rows 19 and 20: without a known type it is refused", () => {
    expect(() => imageRequest("", "x")).toThrow('"" is no type of image');
    expect(() => imageRequest("invalid", "x")).toThrow('"invalid" is no type of image');
  });
});

describe("row 74: the choice of an image", () => {
  const choose = (env: Environment, option?: string) => chooseImage(option, env, "docker");
  const slurm = { SLURM_SPANK_SHIFTER_IMAGETYPE: "id", SLURM_SPANK_SHIFTER_IMAGE: "abc" };

  test.each<[string, Environment, string | undefined, object]>([
    ["the option before everything", { ...slurm, SHIFTER: "docker:z" }, "docker:a", { name: "a" }],
    ["type and image of the batch system", slurm, undefined, { type: "id", name: "abc" }],
    [
      "the user's halves before those of the batch system",
      { ...slurm, SHIFTER_IMAGE: "def" },
      undefined,
      { name: "def" },
    ],
    ["a half of either family", { ...slurm, SHIFTER_IMAGETYPE: "custom" }, undefined, { type: "custom", name: "abc" }],
    ["a pair before a request", { ...slurm, SHIFTER_IMAGEREQUEST: "docker:q" }, undefined, { type: "id", name: "abc" }],
    [
      "a request when one half is missing",
      { SHIFTER_IMAGE: "x", SHIFTER_IMAGEREQUEST: "docker:q" },
      undefined,
      { name: "q" },
    ],
    ["the request of the batch system", { SLURM_SPANK_SHIFTER_IMAGEREQUEST: "q:1" }, undefined, { name: "q:1" }],
    ["the variable SHIFTER", { SHIFTER: "docker:s" }, undefined, { name: "s" }],
    ["a request before SHIFTER", { SHIFTER: "docker:s", SHIFTER_IMAGEREQUEST: "r" }, undefined, { name: "r" }],
  ])("takes %s", (_, env, option, want) => {
    expect(choose(env, option)).toMatchObject(want);
  });

  test("names a frozen image as the user had asked for it", () => {
    expect(choose({ ...slurm, SHIFTER_IMAGEREQUEST: "docker:tool:1" }).asked).toBe("docker:tool:1");
    expect(choose(slurm).asked).toBe("id:abc");
  });

  test("finds none", () => {
    expect(() => choose({ SHIFTER_IMAGE: "x", SHIFTER: "" })).toThrow("No image specified");
  });
});
