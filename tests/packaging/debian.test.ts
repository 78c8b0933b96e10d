// The Debian packages as a site gets them: built from this checkout, installed into a copy of this machine that is thrown
// away, called, upgraded and removed.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AS_ROOT, installed, ordinaryUser } from "../support/ordinary-user.ts";
import { type Ran, type ThrowAwayRoot, throwAwayRoot } from "./throw-away-root.ts";

const ROOT = join(import.meta.dirname, "../..");
const BUILD = process.env["BERTH_BUILD"] ?? join(ROOT, "build");
const PACKAGES = ["berth", "berth-gateway", "berth-slurm"] as const;
const NEXT = { BERTH_DEB_VERSION: "99.0", BERTH_DEB_COMPRESSION: "none" };
const absent = !AS_ROOT
  ? "root"
  : !installed("dpkg-gencontrol")
    ? "dpkg-dev"
    : (["berth-main", "shifter", "spank_berth.so"].find((name) => !existsSync(join(BUILD, name))) ?? "");

describe.skipIf(absent)(`Debian packages${absent ? ` [needs ${absent}]` : ""}`, () => {
  let work: string;
  let root: ThrowAwayRoot;
  const user = AS_ROOT ? ordinaryUser() : undefined;

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), "berth-debs-"));
    expect(build("one")).toMatchObject({ status: 0, stderr: "" });
    expect(build("next", NEXT)).toMatchObject({ status: 0 });
    root = await throwAwayRoot(work);
  });
  afterAll(async () => {
    await root?.stop();
    if (work) rmSync(work, { recursive: true, force: true });
  });

  function build(folder: string, env: Readonly<Record<string, string>> = {}): Ran {
    const argv = [join(ROOT, "packaging/debian/build.sh"), join(work, folder), BUILD];
    return spawnSync("sh", argv, { encoding: "utf8", env: { PATH: `${process.env["PATH"]}:/usr/sbin`, ...env } });
  }
  const deb = (folder: string, name: string): string => {
    const file = readdirSync(join(work, folder)).find((entry) => entry.startsWith(`${name}_`));
    return join(work, folder, file ?? `no ${name}`);
  };
  const dpkgDeb = (...argv: string[]): string =>
    spawnSync("dpkg-deb", argv, { encoding: "utf8", maxBuffer: 1 << 26 }).stdout;
  const asUser = (...argv: string[]): Ran =>
    root.run(["setpriv", "--reuid", String(user?.uid), "--regid", String(user?.gid), "--clear-groups", ...argv]);
  // The tests' machine need not have Slurm's plugins; a site's has.
  const install = (folder: string): Ran =>
    root.run([
      "dpkg",
      "--force-depends",
      "-i",
      ...PACKAGES.map((name) => `/mnt/${folder}/${basename(deb(folder, name))}`),
    ]);
  const broken = (): string => root.run(["dpkg", "--audit"]).stdout;

  test("are the same bytes from the same build", () => {
    expect(build("again", NEXT)).toMatchObject({ status: 0 });
    for (const name of PACKAGES)
      expect(readFileSync(deb("next", name)).equals(readFileSync(deb("again", name)))).toBe(true);
  });

  test.each(PACKAGES)(
    "%s belongs to root, has no special mode, and lies where the distribution's files lie",
    (name) => {
      const lines = dpkgDeb("--contents", deb("one", name)).trim().split("\n");
      for (const line of lines) {
        const [mode = "", owner = "", , , , path = ""] = line.split(/\s+/);
        expect(`${path} ${mode} ${owner}`).toMatch(/ (drwxr-xr-x|-rwxr-xr-x|-rw-r--r--|lrwxrwxrwx) root\/root$/);
        expect(path).toMatch(/^\.\/($|usr\/|etc\/($|berth\/$)|lib\/($|systemd\/))/);
      }
      expect(dpkgDeb("--info", deb("one", name))).toMatch(/\n Version: \d/);
    },
  );

  test("bring programs that run where they are installed", () => {
    expect(install("one")).toMatchObject({ status: 0 });
    expect(broken()).toBe("");
    const version = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).version;
    expect(asUser("berth", "--version")).toMatchObject({ status: 0, stdout: `berth ${version}\n` });
    expect(asUser("berth", "doctor").stdout).toContain("/usr/libexec/berth/berth-launch");
    const example = "/usr/share/doc/berth/examples/site.yaml";
    expect(root.run(["berth", "node", "check-config", "--config", example])).toMatchObject({ status: 0 });
    expect(asUser("shifter", "--version")).toMatchObject({ status: 0, stdout: expect.stringContaining(version) });
    expect(asUser("shifterimg", "--help")).toMatchObject({ status: 0 });
    expect(root.run(["readlink", "-e", "/usr/sbin/setupRoot", "/usr/bin/run-singularity"]).stdout).toBe(
      "/usr/bin/berth\n/usr/bin/berth\n",
    );
    expect(root.run(["sh", "-c", "zcat /usr/share/man/man1/berth-exec.1.gz"]).stdout).toContain(".TH");
  });

  test("bring a server that runs on the Node of its package", () => {
    const example = "/usr/share/doc/berth/examples/site.yaml";
    const ran = root.run(["env", "PATH=/usr/bin:/bin", "berth", "serve", "--check", "--config", example]);
    expect(ran).toMatchObject({ status: 0, stdout: expect.stringContaining("good") });
    expect(root.run(["getent", "passwd", "berth"]).stdout).toMatch(/:\/var\/lib\/berth:\/usr\/sbin\/nologin\n$/);
    const unit = "/lib/systemd/system/berth-gateway.service";
    expect(root.run(["grep", "-c", "=/usr/bin/berth serve --config /etc/berth/site.yaml", unit]).stdout).toBe("2\n");
  });

  test("are upgraded in place, and leave nothing but the server's account when they go", () => {
    const cache = "mkdir -p /var/cache/berth-node && echo {} >/var/cache/berth-node/node.json";
    expect(root.run(["sh", "-c", `echo 'system = cluster' >/etc/berth/kept && ${cache}`]).status).toBe(0);
    expect(install("next")).toMatchObject({ status: 0 });
    expect(root.run(["dpkg-query", "--show", "berth"]).stdout).toBe("berth\t99.0\n");
    expect(asUser("berth", "--version")).toMatchObject({ status: 0 });
    expect(root.run(["dpkg", "--purge", ...PACKAGES])).toMatchObject({ status: 0 });
    const left = root
      .written()
      .filter((path) => !/^\/etc\/(\.pwd\.lock|(passwd|shadow|group|gshadow|subuid|subgid)-?)$/.test(path));
    expect(left).toEqual(["/etc/berth/kept"]);
  });
});
