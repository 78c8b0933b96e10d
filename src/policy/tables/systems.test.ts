import { describe, expect, test } from "vitest";
import { readImageName } from "../image-name.ts";
import { END_OF_LIFE } from "./end-of-life.ts";
import { releaseNamed, releaseOfImage, releaseOfSystem, successorOf } from "./systems.ts";

const NOW = 1_795_305_600;

describe("the release that a reference names", () => {
  test.each([
    ["debian:bookworm-slim", "debian 12"],
    ["debian:12.7", "debian 12"],
    ["docker.io/library/ubuntu:jammy-20240530", "ubuntu 22.04"],
    ["centos:7.9.2009", "centos 7"],
    ["centos:centos7", "centos 7"],
    ["centos", "centos 8"],
    ["quay.io/centos/centos:stream9", "centos stream9"],
    ["rockylinux/rockylinux:9.3-minimal", "rockylinux 9"],
    ["alpine:3.7", "alpine 3.7"],
    ["alpine:3.20.3", "alpine 3.20"],
    ["opensuse/leap:15", "opensuse 15.6"],
    ["fedora:41", "fedora 41"],
    ["ubuntu:20", "ubuntu 20.04"],
    ["debian:sid", undefined],
    ["alpine:3", "alpine 3"],
    ["debian:latest", undefined],
    ["python:3.6", undefined],
    ["h.example/debian:9", undefined],
    ["someuser/ubuntu:14.04", undefined],
  ])("%s", (reference, release) => {
    const name = readImageName(reference);
    const found = typeof name === "string" ? undefined : releaseOfImage(name);
    expect(found && `${found.distribution} ${found.version}`).toBe(release);
  });

  test("a tag that never was is known as such", () => {
    expect(releaseNamed("ubuntu", "20")?.meant).toBe("20.04");
    expect(releaseNamed("ubuntu", "20.04")?.meant).toBeUndefined();
  });
});

test("os-release names CentOS Stream apart from CentOS", () => {
  const system = { id: "centos", version: "8", codename: undefined, like: [], name: "CentOS Stream" };
  expect(releaseOfSystem(system)?.version).toBe("stream8");
  expect(releaseOfSystem({ ...system, name: "CentOS Linux" })?.version).toBe("8");
});

test("a successor is supported for another year where there is such a release", () => {
  const next = (distribution: string, version: string) => {
    const release = releaseNamed(distribution, version);
    return release && successorOf(release, NOW, false)?.version;
  };
  expect(next("debian", "9")).toBe("12");
  expect(next("ubuntu", "16.04")).toBe("24.04");
  expect(next("alpine", "3.7")).toBe("3.24");
  expect(next("fedora", "30")).toBe("44");
});

test("dates of the table can be read, and paid support is the longer one", () => {
  for (const [distribution, releases] of END_OF_LIFE)
    for (const { version, end, paid } of releases) {
      expect(Date.parse(end ?? ""), `${distribution} ${version}`).not.toBeNaN();
      if (paid !== undefined) expect(Date.parse(paid)).toBeGreaterThan(Date.parse(end ?? ""));
    }
});
