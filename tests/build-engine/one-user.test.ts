// Builds by a user without subordinate ids: all files belong to one, owners cannot be changed, and package managers are to work
// nevertheless.

import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aptHost } from "../../src/demo/apt-host.ts";
import { writeLayout } from "../support/oci-image.ts";
import { AS_ROOT, installed } from "../support/ordinary-user.ts";
import { Lab, obstacle } from "./lab.ts";

const NOBODY = { name: "nobody", uid: 65_534, gid: 65_534, home: "/nonexistent" };
const mapped = ["/etc/subuid", "/etc/subgid"].some((path) => /^(nobody|65534):/m.test(text(path)));
const reason =
  obstacle() ?? (AS_ROOT ? undefined : "root, to be nobody") ?? (mapped ? "a nobody without ids" : undefined);

describe.skipIf(reason)(`a build by one user alone${reason ? ` [needs ${reason}]` : ""}`, { timeout: 60_000 }, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.open(NOBODY);
    const busybox = { path: "bin/busybox", content: readFileSync("/bin/busybox"), mode: 0o755 };
    const links = ["sh", "cat", "ls", "chown", "echo", "stat", "touch"].map((name) => ({
      path: `bin/${name}`,
      type: "symlink" as const,
      target: "busybox",
    }));
    const entries = [
      { path: "bin" },
      busybox,
      ...links,
      { path: "etc/gshadow", content: "root:*::\n", mode: 0o640, gid: 42 },
      { path: "srv/data", content: "one\n", mode: 0o600, uid: 33, gid: 34 },
      { path: "etc/apt/apt.conf.d/10own", content: "Own true;\n" },
    ];
    await writeLayout(join(lab.dir, "own"), { base: { layers: [{ entries }], config: { Env: ["PATH=/bin"] } } });
  });
  afterAll(() => lab?.close());

  const context = (name: string, recipe: string) =>
    lab.context(name, "", { Dockerfile: `FROM oci:${join(lab.dir, "own")}:base\n${recipe}` });

  test("opens and changes files of owners that do not exist in its namespace", () => {
    const change = "RUN cat /etc/gshadow && echo two >> /srv/data && touch /new && chown 33:34 /new && cat /srv/data";
    const built = lab.build(context("owners", `${change}\n`));
    expect(built.stderr).toContain("| two");
    expect(built.status).toBe(0);
    expect(lab.layer(change)).toEqual(["-rw-r--r-- 0/0 new", "drwxr-xr-x 0/0 srv/", "-rw------- 0/0 srv/data"]);
  });

  test("leaves the owners alone of what no step touches", () => {
    const at = context("kept", "RUN touch /new\n");
    expect(lab.build(at).status).toBe(0);
    const index = JSON.parse(readFileSync(join(`${at}.oci`, "blobs/sha256", lab.manifest(at).slice(7)), "utf8"));
    const base = join(`${at}.oci`, "blobs/sha256", index.layers[0].digest.slice(7));
    expect(execFileSync("tar", ["-tvf", base, "--numeric-owner"], { encoding: "utf8" })).toMatch(/33\/34 .* srv\/data/);
  });

  test("tells apt that it has one user, for the time of the step and without a trace", () => {
    const look = "RUN cat /etc/apt/apt.conf.d/*";
    const after = "RUN ls /etc/apt/apt.conf.d; touch /later";
    const built = lab.build(context("apt", `${look}\n${after}\n`));
    expect(built.stderr).toContain('| APT::Sandbox::User "root";');
    expect(lab.layer(look)).toEqual([]);
    expect(lab.layer(after)).toEqual(["-rw-r--r-- 0/0 later"]);
  });
});

const packages = reason ?? ["mmdebstrap", "apt-get"].find((name) => !installed(name));

describe.skipIf(packages)(`Debian's packages${packages ? ` [needs ${packages}]` : ""}`, { timeout: 400_000 }, () => {
  let lab: Lab;
  let archive: Buffer | undefined;
  beforeAll(async () => {
    lab = await Lab.open(NOBODY);
    archive = await debianTree();
  }, 300_000);
  afterAll(() => lab?.close());

  test("are installed by one user alone, with a group and files of their own", (context) => {
    if (!archive) return context.skip("no archive of packages can be reached from here");
    const recipe = [
      "FROM scratch",
      "ADD root.tar /",
      "ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive",
      "RUN apt-get update && apt-get install -y --no-install-recommends cron && rm -rf /var/lib/apt/lists/*",
      "RUN getent group crontab && test -g /usr/bin/crontab",
    ];
    const at = lab.context("cron", "", { Dockerfile: `${recipe.join("\n")}\n`, "root.tar": archive });
    const built = lab.build(at);
    expect(built.stderr).toContain("| Setting up cron ");
    expect(built.stderr).toMatch(/\| crontab:x:\d+:/);
    expect(built.status).toBe(0);
    expect(lab.layer(recipe[3] ?? "").some((line) => line.includes("berth"))).toBe(false);
  });
});

// Made once for this machine, since it takes a minute.
const KEPT = process.env["BERTH_DEBIAN_TREE"] ?? "/var/tmp/berth-debian-tree.tar";

async function debianTree(): Promise<Buffer | undefined> {
  if (statSync(KEPT, { throwIfNoEntry: false })?.uid === process.getuid?.()) return readFileSync(KEPT);
  const { suite, sources, options } = await aptHost(AbortSignal.timeout(30_000));
  const lean = ["man", "doc", "locale", "info"].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`);
  const settings = options.map((option) => `--aptopt=${option}`);
  const words = ["--quiet", "--variant=apt", "--format=tar", ...lean, ...settings, suite, "-", ...sources];
  const { status, stdout } = spawnSync("mmdebstrap", words, { maxBuffer: 512 * 1024 * 1024, timeout: 240_000 });
  if (status !== 0) return undefined;
  const part = `${KEPT}.${process.pid}`;
  writeFileSync(part, stdout, { flag: "wx" });
  renameSync(part, KEPT);
  return stdout;
}

function text(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
