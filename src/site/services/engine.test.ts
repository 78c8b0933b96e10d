import { describe, expect, test } from "vitest";
import { findings } from "../findings.ts";
import { resolveEngine } from "./engine.ts";

function resolved(file: Parameters<typeof resolveEngine>[0]) {
  const found = findings();
  const config = resolveEngine(file, { path: ["services", "engine"], at: (name) => `/site/${name}`, found });
  return { config, problems: found.problems.length, warnings: found.warnings.length };
}

describe("services.engine", () => {
  test("left out, any engine in a usual place will do", () => {
    expect(resolved(undefined)).toEqual({
      config: {
        address: undefined,
        kind: "auto",
        timeoutMs: 30_000,
        tls: { authority: undefined, certificate: undefined, key: undefined },
      },
      problems: 0,
      warnings: 0,
    });
  });

  test("warns of an engine that anybody can reach", () => {
    expect(resolved({ address: "tcp://engine.example.org:2375" }).warnings).toBe(1);
    expect(resolved({ address: "tcp://127.0.0.1:2375" }).warnings).toBe(0);
    expect(resolved({ address: "tcp://127.example.org:2375" }).warnings).toBe(1);
    expect(resolved({ address: "unix:///run/docker.sock" }).warnings).toBe(0);
  });

  test("wants certificate and key together, and only where they are used", () => {
    const tls = { certificate: "c.pem", key: "k.pem" };
    expect(resolved({ address: "https://e:2376", tls })).toMatchObject({
      problems: 0,
      config: { tls: { certificate: "/site/c.pem", key: "/site/k.pem" } },
    });
    expect(resolved({ address: "https://e:2376", tls: { key: "k.pem" } }).problems).toBe(1);
    expect(resolved({ address: "unix:///run/docker.sock", tls }).problems).toBe(1);
  });
});
