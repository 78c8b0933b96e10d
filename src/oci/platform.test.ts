import { describe, expect, test } from "vitest";
import { digestOf } from "../base/digest.ts";
import {
  archPlatform,
  choosePlatform,
  formatPlatform,
  parsePlatform,
  platformFor,
  repositoryPlatform,
  sameProcessor,
} from "./platform.ts";
import type { Descriptor } from "./types.ts";

function index(...platforms: string[]): Descriptor[] {
  return platforms.map((text) => {
    const [os = "", architecture = "", variant] = text.split("/");
    const platform = { os, architecture, ...(variant ? { variant } : {}) };
    return { mediaType: "m", digest: digestOf(text), size: 1, ...(text === "" ? {} : { platform }) };
  });
}

describe("reading platforms", () => {
  test.each([
    ["linux/arm64", "linux/arm64"],
    ["linux/arm/v7", "linux/arm/v7"],
    ["linux/arm/7", "linux/arm/v7"],
    ["arm64", "linux/arm64"],
    ["aarch64", "linux/arm64"],
    ["linux/x86_64", "linux/amd64"],
    ["armhf", "linux/arm/v7"],
  ])("%s means %s", (text, meant) => expect(formatPlatform(parsePlatform(text))).toBe(meant));

  test.each(["", "linux/", "a/b/c/d", "linux/arm 64"])("%j is refused", (text) => {
    expect(() => parsePlatform(text)).toThrow("is not a platform");
  });

  test("--arch and --arch-variant take the peers' values and answer with the peers' words", () => {
    expect(archPlatform("arm", "6")).toEqual({ os: "linux", architecture: "arm", variant: "v6" });
    expect(archPlatform("arm64", "v8")).toEqual({ os: "linux", architecture: "arm64", variant: "v8" });
    expect(() => archPlatform("zzz")).toThrow(/^arch: zzz is not valid, supported archs are: \[arm arm64 amd64/);
    expect(() => archPlatform("arm", "9")).toThrow(/^arch: arm32v9 is not valid/);
  });

  test("a repository's first part may name an architecture", () => {
    expect(repositoryPlatform("arm64v8/alpine")).toMatchObject({ architecture: "arm64", variant: "v8" });
    expect(repositoryPlatform("arm32v6/alpine")).toMatchObject({ architecture: "arm", variant: "v6" });
    expect(repositoryPlatform("amd64/alpine")).toMatchObject({ architecture: "amd64" });
    expect(repositoryPlatform("library/alpine")).toBeUndefined();
  });
});

test("an architecture in the name counts more than the flag, with a warning when they differ", () => {
  const said: string[] = [];
  const warn = (text: string) => void said.push(text);
  expect(platformFor("amd64/alpine", parsePlatform("386"), warn).architecture).toBe("amd64");
  expect(said).toHaveLength(1);
  expect(platformFor("arm32v6/alpine", parsePlatform("arm"), warn).variant).toBe("v6");
  expect(platformFor("library/alpine", parsePlatform("386"), warn).architecture).toBe("386");
  expect(said).toHaveLength(1);
});

describe("choosing from an index", () => {
  test.each([
    ["linux/amd64", ["linux/arm64", "linux/amd64"], "linux/amd64"],
    ["linux/arm64", ["linux/arm64/v8"], "linux/arm64/v8"],
    ["linux/arm64/v8", ["linux/arm64"], "linux/arm64"],
    ["linux/arm64/v9", ["linux/arm64/v8"], "linux/arm64/v8"],
    ["linux/arm", ["linux/arm/v5", "linux/arm/v6", "linux/arm/v7"], "linux/arm/v7"],
    ["linux/arm", ["linux/arm/v5", "linux/arm/v6"], "linux/arm/v6"],
    ["linux/arm/v8", ["linux/arm/v6", "linux/arm"], "linux/arm"],
    ["linux/amd64/v3", ["linux/amd64", "linux/amd64/v2"], "linux/amd64/v2"],
    ["linux/amd64", ["linux/amd64/v3", "linux/amd64"], "linux/amd64"],
    ["linux/amd64", ["unknown/unknown", "linux/amd64"], "linux/amd64"],
    ["linux/riscv64", [""], ""],
  ])("for %s of %j: %s", (want, have, chosen) => {
    expect(choosePlatform(index(...have), parsePlatform(want)).digest).toBe(digestOf(chosen));
  });

  test.each([
    ["linux/arm/v6", ["linux/arm/v7"]],
    ["linux/arm", ["linux/arm64"]],
    ["linux/arm64", ["linux/arm/v7"]],
    ["linux/amd64", ["linux/386"]],
    ["linux/amd64", ["windows/amd64"]],
    ["linux/amd64", ["unknown/unknown"]],
    ["linux/amd64", ["", ""]],
  ])("for %s of %j: nothing, and what there is is listed", (want, have) => {
    expect(() => choosePlatform(index(...have), parsePlatform(want))).toThrow(/does not exist for .*; it exists for /);
  });
});

test("variants do not make another processor", () => {
  expect(sameProcessor(parsePlatform("linux/arm/v6"), parsePlatform("linux/arm/v7"))).toBe(true);
  expect(sameProcessor(parsePlatform("linux/arm64"), parsePlatform("linux/amd64"))).toBe(false);
});
