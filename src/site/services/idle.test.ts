// The settings of spin-docker's playbook, from the file and from the environment.

import { describe, expect, test } from "vitest";
import { findings } from "../findings.ts";
import { resolveIdle } from "./idle.ts";

function resolve(file: Parameters<typeof resolveIdle>[0], env: Record<string, string> = {}) {
  const found = findings();
  const config = resolveIdle(file, { path: ["services", "idle"], at: (path) => `/etc/berth/${path}`, env, found });
  return { ...config, problems: found.problems.map(({ message }) => message) };
}

describe("services.idle", () => {
  test("has no spin-docker unless it is asked for", () => {
    expect(resolve(undefined)).toMatchObject({ spinDocker: undefined, timeZone: "UTC", reportIntervalMs: 300_000 });
    expect(resolve({}, { INITIAL_TIMEOUT_INTERVAL: "1" }).spinDocker).toBeUndefined();
  });

  test("takes the playbook's settings by their names there", () => {
    const { spinDocker } = resolve({
      spinDocker: {
        ...{ sd_environment: "production", sd_password: "pw", sd_disable_timeouts: true },
        ...{ sd_initial_timeout_interval: 60, sd_timeout_interval: 30 },
      },
    });
    expect(spinDocker).toMatchObject({
      ...{
        environment: "production",
        password: { text: "pw" },
        timeouts: false,
        initialMs: 60_000,
        intervalMs: 30_000,
      },
    });
  });

  test("takes spin-docker's variables, which go first", () => {
    const file = { spinDocker: { passwordFile: "pw", initialTimeoutInterval: "1h", timeoutInterval: "10m" } };
    expect(resolve(file).spinDocker).toMatchObject({
      ...{ password: { file: "/etc/berth/pw" }, timeouts: true, initialMs: 3_600_000, intervalMs: 600_000 },
    });
    // Set at all means disabled; its own documents say otherwise, its source does not.
    const env = { SPIN_DOCKER_PASSWORD: "x", DISABLE_TIMEOUTS: "False", INITIAL_TIMEOUT_INTERVAL: "7200" };
    expect(resolve(file, env).spinDocker).toMatchObject({
      password: { text: "x" },
      timeouts: false,
      initialMs: 7_200_000,
    });
    expect(resolve(undefined, { SPIN_DOCKER_PASSWORD: "x" }).spinDocker).toMatchObject({
      initialMs: 7_200_000,
      intervalMs: 1_800_000,
    });
  });

  test("says what is wrong", () => {
    expect(resolve({ spinDocker: {}, timeZone: "Mars/Base" }, { TIMEOUT_INTERVAL: "soon" }).problems).toEqual([
      'services.idle.timeZone is "Mars/Base", which is no time zone',
      "services.idle.spinDocker has no password",
      'services.idle.spinDocker does not understand the variable TIMEOUT_INTERVAL: "soon" is no number of seconds',
    ]);
  });
});
