// `berth doctor services` as a user calls it, against real engines, none, and one that he may not use.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { hasDockerd, hasPodman, startDockerd, startPodman, type TestEngine } from "../support/engine.ts";
import { AS_ROOT, asUser, ordinaryUser } from "../support/ordinary-user.ts";

const MAIN = join(import.meta.dirname, "../../src/main.ts");

function doctor(engine: string, ...args: readonly string[]) {
  return spawnSync(process.execPath, [MAIN, "doctor", "services", "--engine", engine, ...args], { encoding: "utf8" });
}

interface Judged {
  readonly rule: string;
  readonly severity: string;
  readonly certainty: string;
  readonly message: string;
}

const ENGINES = [
  { kind: "docker", there: hasDockerd, start: () => startDockerd() },
  { kind: "podman", there: hasPodman, start: () => startPodman() },
] as const;

async function withEngine(start: () => Promise<TestEngine>, work: (real: TestEngine) => Promise<void>): Promise<void> {
  const real = await start();
  try {
    await work(real);
  } finally {
    await real.stop();
  }
}

describe.each(ENGINES)("$kind", ({ kind, there, start }) => {
  test.skipIf(!there)(
    `${kind} can run services, and has nothing of the trials afterwards (needs root and the engine)`,
    () =>
      withEngine(start, async (real) => {
        const ran = doctor(real.address, "--json");
        expect(ran.stderr).toBe("");
        const { fit, engine, findings, facts, practices } = JSON.parse(ran.stdout);
        expect(fit).toBe(true);
        expect(ran.status).toBe(0);
        expect(engine.kind).toBe(kind);
        const states = Object.fromEntries(
          findings.map((one: { name: string; state: string }) => [one.name, one.state]),
        );
        for (const name of ["API", "start", "network", "ports", "names", "commands", "limits", "pause", "events"])
          expect([name, states[name]]).toEqual([name, "ok"]);
        expect((await real.ask("GET", "/v1.41/containers/json?all=1")).json).toEqual([]);
        expect((await real.ask("GET", "/v1.41/images/json")).json).toEqual([]);
        const networks = (await real.ask("GET", "/v1.41/networks")).text;
        expect(networks).not.toContain("doctor");
        expect(facts).toMatchObject({ kind, version: engine.version, bridgeSubnet: real.range.subnet });
        expect(practices.filter(({ rule }: Judged) => rule === "DAE001")).toHaveLength(kind === "docker" ? 1 : 0);
        if (kind === "podman") return;
        // With an image of the engine none is made, and that one stays.
        await real.image({ name: "test/tiny:1" });
        const again = doctor(real.address, "--image", "test/tiny:1");
        expect(again.stdout).toMatch(/^ {2}ok +names /m);
        expect(again.stdout).toMatch(/^Services can run here/m);
        expect((await real.ask("GET", "/v1.41/images/json")).text).toContain("test/tiny:1");
      }),
  );
});

test("where no engine is, that is the finding, with the cure", () => {
  const ran = doctor("unix:///nonexistent/sock");
  expect(ran.stdout).toContain("no container engine answers at unix:///nonexistent/sock: there is no such socket");
  expect(ran.stdout).toContain("cure: start the engine");
  expect(ran.status).toBe(1);
});

test("the engine of the site's services is asked unless another is named", () => {
  const folder = mkdtempSync(join(tmpdir(), "berth-doctor-site-"));
  const site = join(folder, "site.yaml");
  writeFileSync(site, "services: { engine: { address: unix:///nonexistent/of-the-site } }\n");
  const env = { ...process.env, BERTH_SITE_CONFIG: site };
  const ask = (...args: readonly string[]) =>
    spawnSync(process.execPath, [MAIN, "doctor", "services", ...args], { encoding: "utf8", env });
  try {
    expect(ask().stdout).toContain("no container engine answers at unix:///nonexistent/of-the-site");
    expect(ask("--engine", "unix:///nonexistent/sock").stdout).toContain("answers at unix:///nonexistent/sock");
    const tls = "{ address: https://engine.example.org:2376, tls: { authority: /nonexistent/ca.pem } }";
    writeFileSync(site, `services: { engine: ${tls} }\n`);
    expect(ask().stderr).toMatch(/\/nonexistent\/ca\.pem, named by services\.engine\.tls, cannot be read: /);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("an address that is none is refused", () => {
  const ran = doctor("nonsense");
  expect(ran.stderr).toContain("nonsense is no address of a container engine");
  expect(ran.status).not.toBe(0);
});

test.skipIf(!hasDockerd || !AS_ROOT)("who may not open the socket is told so (needs root and dockerd)", () =>
  withEngine(startDockerd, async (real) => {
    const argv = [process.execPath, MAIN, "doctor", "services", "--engine", real.address];
    const [program = "", ...args] = asUser(ordinaryUser(), argv);
    const ran = spawnSync(program, args, { encoding: "utf8" });
    expect(ran.stdout).toContain(`this user may not use the container engine at ${real.address}`);
    expect(ran.status).toBe(1);
  }),
);

describe("the site's practices", () => {
  const work = mkdtempSync(join(tmpdir(), "berth-doctor-engine-"));
  afterAll(() => rmSync(work, { recursive: true, force: true }));
  const policy = (text: string) => {
    const path = join(work, "policy.yaml");
    writeFileSync(path, text);
    return path;
  };
  const judged = (ran: { readonly stdout: string }) =>
    (JSON.parse(ran.stdout).practices as readonly Judged[]).map(
      ({ rule, severity, certainty, message }) =>
        `${certainty === "unknown" ? "unknown" : severity} ${rule} ${message}`,
    );

  test.skipIf(!hasDockerd)("are asked of the engine, its machine and its package (needs root and dockerd)", () =>
    withEngine(
      () => startDockerd({ diskMiB: 64, arguments: ["--log-driver", "local"] }),
      async (real) => {
        const good = `userFacingHosts: []\nengines: { versions: { docker: "20.10" }, logDrivers: [local], subnets: [${real.range.subnet}] }\n`;
        const well = doctor(real.address, "--json", "--config", policy(good));
        expect(JSON.parse(well.stdout).facts).toMatchObject({ logDriver: "local", dataRootIsOwnMount: true });
        expect(judged(well)).toEqual([]);
        expect(well.status).toBe(0);

        const strict = `userFacingHosts: ["${hostname().slice(0, 1)}*"]\ncontact: wilma@example.org\nengines: { versions: { docker: "99" }, packages: [other], logDrivers: [journald], subnets: [192.0.2.0/24] }\n`;
        const ran = doctor(real.address, "--config", policy(strict));
        expect(ran.stdout).toMatch(/^The site's practices \(profile generic\): 1 error, 4 warnings$/m);
        expect(ran.stdout).toMatch(/^error DAE001: a Docker engine runs on .*\n {2}stop it and ask wilma@example.org/m);
        for (const words of [
          "version .* is older than 99",
          "package is ",
          "log driver is local",
          "addresses .* not put",
        ])
          expect(ran.stdout).toMatch(new RegExp(`^warning DAE002: the engine's .*${words}`, "m"));
        expect(ran.status).toBe(1);
      },
    ),
  );

  test("are unknown, and counted, where the named engine does not answer", () => {
    const ran = doctor("unix:///nonexistent/sock");
    expect(ran.stdout).toMatch(/^The site's practices \(profile generic\): 2 unknown$/m);
    expect(ran.stdout).toMatch(/^unknown DAE001: .*whether an engine runs here/m);
  });

  test("with a mistake in them are told before anything is tried", () => {
    const ran = doctor("unix:///nonexistent/sock", "--config", policy("engines: { subnets: [10.99.0.0/99] }\n"));
    expect(ran.stderr).toContain("engines.subnets[0] is no network: 10.99.0.0/99");
    expect([ran.status, ran.stdout]).toEqual([2, ""]);
    expect(doctor("unix:///nonexistent/sock", "--profile", "other").stderr).toContain("there is no profile other");
  });
});
