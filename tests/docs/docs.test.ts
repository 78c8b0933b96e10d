// Every example of the documentation is executed as it stands there, by an ordinary user, against a real registry that
// stands in for the public hub.

import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { removeTree } from "../../src/oci/store/sandboxes.ts";
import { writeLayout } from "../support/oci-image.ts";
import { AS_ROOT, installed, ordinaryUser, runAs } from "../support/ordinary-user.ts";
import { hasRegistry, startRegistry, type TestRegistry } from "../support/registry.ts";
import { leaveNothingBelow } from "../support/unmount.ts";
import { examplesOf, patternOf } from "./console.ts";

const ROOT = join(import.meta.dirname, "../..");
const PROGRAMS = dirname(resolve(process.env["BERTH_BINARY"] ?? join(ROOT, "build/berth")));
const BUSYBOX = "/bin/busybox";
const LINKS = ["sh", "cat", "ls", "touch", "echo", "printenv", "id", "true", "hostname"];
const absent = !hasRegistry
  ? "docker-registry"
  : !existsSync(BUSYBOX)
    ? "busybox-static"
    : !installed("skopeo")
      ? "skopeo"
      : "";

describe.skipIf(absent)(`the examples of the documentation${absent ? ` [needs ${absent}]` : ""}`, () => {
  let registry: TestRegistry;
  let work: string;

  beforeAll(async () => {
    registry = await startRegistry();
    work = mkdtempSync(join(tmpdir(), "berth-docs-"));
    chmodSync(work, 0o755);
    await pushAlpine(registry, work);
    writeFileSync(
      join(work, "registries.conf"),
      `[[registry]]\nprefix = "docker.io"\nlocation = "${registry.host}"\ninsecure = true\n`,
    );
  });
  afterAll(async () => {
    await registry?.stop();
    if (work) await leaveNothingBelow(work);
    if (work) await removeTree(work);
  });

  for (const name of readdirSync(join(ROOT, "docs")).filter((file) => file.endsWith(".md"))) {
    const examples = examplesOf(readFileSync(join(ROOT, "docs", name), "utf8"));
    test.skipIf(examples.length === 0)(`docs/${name} shows what happens`, () => {
      const base = join(work, name);
      const [home, run, here] = [join(base, "home"), join(base, "run"), join(base, "here")];
      const user = ordinaryUser();
      for (const dir of [base, home, run, here]) {
        mkdirSync(dir, { mode: 0o700 });
        if (AS_ROOT) chownSync(dir, user.uid, user.gid);
      }
      const env = {
        PATH: `${PROGRAMS}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
        HOME: home,
        XDG_RUNTIME_DIR: run,
        CONTAINERS_REGISTRIES_CONF: join(work, "registries.conf"),
      };
      onTestFinished(() => {
        // An example that failed may have left an instance.
        if (examples.some(({ command }) => command.includes("berth instance")))
          runAs(user, ["berth", "instance", "stop", "--all", "--force"], { env });
      });
      for (const { command, shows, line } of examples) {
        const ran = runAs(user, ["bash", "-c", `exec 2>&1; ${command}`], { cwd: here, env });
        const at = `docs/${name}:${line}: ${command}`;
        if (shows.length > 0) expect(`${at}\n${ran.stdout.replace(/\n?$/, "\n")}`).toMatch(patternOf([at, ...shows]));
        else expect({ at, output: ran.stdout, status: ran.status }).toMatchObject({ status: 0 });
      }
    });
  }
});

async function pushAlpine(registry: TestRegistry, work: string): Promise<void> {
  const tools = LINKS.map((name) => ({ path: `bin/${name}`, target: "busybox" }));
  const entries = [
    { path: "bin" },
    { path: "bin/busybox", content: readFileSync(BUSYBOX), mode: 0o755 },
    ...tools,
    { path: "etc" },
    { path: "etc/os-release", content: 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.20.3\n' },
    { path: "etc/hostname", content: "localhost\n" },
  ];
  const config = { Cmd: ["/bin/sh"], Entrypoint: ["/bin/sh"], Env: ["PATH=/usr/bin:/bin"] };
  await writeLayout(join(work, "layout"), { "3.20": { layers: [{ entries }], config } });
  const target = `docker://${registry.host}/library/alpine:3.20`;
  const pushed = runAs({ ...ordinaryUser(), name: "root", uid: 0, gid: 0 }, [
    ...["skopeo", "--insecure-policy", "copy", "--dest-tls-verify=false", `oci:${work}/layout:3.20`, target],
  ]);
  expect(pushed.stderr).toBe("");
}
