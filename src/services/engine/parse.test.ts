// The parsers against what real engines answered: Docker 20.10.24 and Podman 4.3.1, recorded in `answers/`.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseContainer, parsePorts } from "./parse-container.ts";
import { parseEvent } from "./parse-event.ts";
import { parseImage } from "./parse-image.ts";
import { parseInfo } from "./parse-info.ts";
import { parseUsage } from "./parse-usage.ts";

const KINDS = ["docker", "podman"] as const;

function text(kind: string, name: string): string {
  return readFileSync(join(import.meta.dirname, "answers", kind, name), "utf8");
}

function answer(kind: string, name: string): unknown {
  return JSON.parse(text(kind, `${name}.json`));
}

describe.each(KINDS)("answers of %s", (kind) => {
  test("a running container with its address, its port and its process", () => {
    const found = parseContainer(answer(kind, "running"));
    expect(found).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
      name: "web",
      image: expect.stringMatching(/test\/web:1$/),
      imageId: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      labels: { "berth.site": "s", a: "b" },
      status: "running",
      health: "none",
      healthCheck: undefined,
      exitCode: undefined,
      error: "",
      finishedAt: undefined,
      restarts: 0,
      tty: false,
    });
    expect(found?.pid).toBeGreaterThan(1);
    expect(found?.ports).toEqual([{ container: 80, protocol: "tcp", host: expect.any(Number), address: "127.0.0.1" }]);
    expect(found?.addresses).toEqual({ n1_default: expect.stringMatching(/^10\./) });
    expect(found?.startedAt).toBeGreaterThan(found?.createdAt ?? Infinity);
  });

  test("one that was never started has neither times nor ports nor an exit code", () => {
    expect(parseContainer(answer(kind, "created"))).toMatchObject({
      status: "created",
      startedAt: undefined,
      finishedAt: undefined,
      exitCode: undefined,
      pid: undefined,
      ports: [],
      addresses: {},
    });
  });

  test("ends: by itself, for want of memory; and a pause", () => {
    expect(parseContainer(answer(kind, "exited"))).toMatchObject({ status: "exited", exitCode: 3, pid: undefined });
    // Podman 4.3 does not tell that the kernel killed it.
    const oomKilled = kind === "docker";
    expect(parseContainer(answer(kind, "oom"))).toMatchObject({ status: "exited", exitCode: 137, oomKilled });
    expect(parseContainer(answer(kind, "paused"))).toMatchObject({ status: "paused", pid: expect.any(Number) });
  });

  test("a health check, and what it found where the engine carries it out", () => {
    expect(parseContainer(answer(kind, "healthy"))).toMatchObject({
      tty: true,
      health: kind === "docker" ? "healthy" : "starting",
      healthCheck: { test: ["CMD", "true"], intervalMs: 1000, timeoutMs: 5000, startPeriodMs: 0, retries: 2 },
    });
  });

  test("images: what they expose, run and are called", () => {
    expect(parseImage(answer(kind, "image"))).toMatchObject({
      id: expect.stringMatching(/^sha256:/),
      tags: [expect.stringMatching(/test\/web:1$/)],
      exposed: ["80/tcp"],
      user: "root",
      entrypoint: [],
      command: ["httpd", "-f", "-p", "80", "-h", "/www"],
      env: ["PATH=/bin"],
      labels: { a: "b" },
      hasHealthCheck: false,
      os: "linux",
      architecture: "amd64",
      createdAt: 1767225600,
    });
    expect(parseImage(answer(kind, "image-pulled"))?.digests).toEqual([
      expect.stringMatching(/^127\.0\.0\.1:\d+\/test\/other@sha256:[0-9a-f]{64}$/),
    ]);
    // Podman leaves it out of this answer.
    expect(parseImage(answer(kind, "image-health"))?.hasHealthCheck).toBe(kind === "docker");
  });

  test("usage, and none of what does not run", () => {
    expect(parseUsage(answer(kind, "stats"))).toMatchObject({ memoryLimitBytes: 64 * 1024 * 1024, pids: 1 });
    const usage = parseUsage(answer(kind, "stats"));
    expect(usage?.cpuSeconds).toBeGreaterThan(0.001);
    expect(usage?.memoryBytes).toBeGreaterThan(1000);
    expect(usage?.receivedBytes).toBeGreaterThan(0);
    expect(parseUsage({ read: "0001-01-01T00:00:00Z" })).toBeUndefined();
    expect(parseUsage(undefined)).toBeUndefined();
  });

  test("what kind of engine it is", () => {
    const network = { host: { networkBackend: "netavark", logDriver: "journald" } };
    expect(parseInfo(answer(kind, "version"), answer(kind, "info"), network)).toEqual({
      kind,
      version: kind === "docker" ? "20.10.24+dfsg1" : "4.3.1",
      apiVersion: "1.41",
      rootless: false,
      root: "/srv/engine/data",
      cpus: 2,
      memoryBytes: 25276502016,
      healthChecks: kind === "docker",
      nameService: true,
      canPause: true,
      limits: true,
      storage: kind === "docker" ? "overlay2" : "overlay",
      runtime: "runc",
      logDriver: kind === "docker" ? "json-file" : "journald",
      hostName: "vm",
    });
  });

  test("events in the same words", () => {
    const events = text(kind, "events.jsonl")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => parseEvent(JSON.parse(line)));
    const of = (name: string) => events.filter((event) => event?.attributes["name"] === name);
    const words = of("web").map((event) => event?.action);
    for (const word of ["create", "start", "pause", "unpause", "die", "destroy"]) expect(words).toContain(word);
    const [first] = of("web");
    expect(first).toMatchObject({
      kind: "container",
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
      attributes: { "berth.site": "s" },
    });
    expect(first?.at).toBeGreaterThan(1795372000);
    expect(events.filter((event) => event?.kind === "volume")[0]?.id).toBe("v1");
  });
});

test("without the unified hierarchy of control groups an engine without root has no limits", () => {
  const info = (CgroupVersion: string) =>
    parseInfo({}, { Rootless: true, MemoryLimit: true, CgroupVersion }, undefined);
  expect(info("1")).toMatchObject({ rootless: true, limits: false, canPause: false });
  expect(info("2")).toMatchObject({ rootless: true, limits: true, canPause: true });
});

test("ports without a protocol that is known, or without a number, are left out", () => {
  expect(parsePorts({ "53/udp": [{ HostIp: "", HostPort: "5300" }], "1/sctp": [{ HostPort: "1" }] })).toEqual([
    { container: 53, protocol: "udp", host: 5300, address: "0.0.0.0" },
  ]);
  expect(parsePorts({ "80/tcp": [{ HostPort: "x" }, { HostPort: "70000" }, null], "81/tcp": null })).toEqual([]);
});

test("no answer whatsoever makes a parser throw", () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const whole = {
        Id: "a".repeat(64),
        State: value,
        Config: value,
        NetworkSettings: { Ports: value, Networks: value },
      };
      for (const one of [value, whole]) {
        parseContainer(one);
        parseImage(one);
        parseUsage(one);
        parseEvent(one);
        parseInfo(one, one, one);
      }
    }),
    { numRuns: 300, seed: 6 },
  );
});
