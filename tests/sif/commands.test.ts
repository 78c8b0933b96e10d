// `berth image` and `berth sif` as a person calls them.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { standardObjects } from "../../src/image/metadata/index.ts";
import { deriveUuid, prependSif } from "../../src/image/sif/index.ts";
import { plainImage, writeEntries } from "./image-fixture.ts";

const hasMksquashfs = spawnSync("mksquashfs", ["-version"]).error === undefined;
const main = resolve(import.meta.dirname, "../../src/main.ts");
const image = plainImage({ Cmd: ["hello"] });

let folder: string;
let sif: string;
beforeAll(async () => {
  if (!hasMksquashfs) return;
  folder = await mkdtemp(join(tmpdir(), "berth-commands-"));
  sif = join(folder, "small.sif");
  await writeEntries(join(folder, "root"), image);
  execFileSync("mksquashfs", [join(folder, "root"), sif, "-quiet", "-no-progress", "-comp", "zstd", "-all-root"]);
  const partition = { name: "squashfs", fs: "squashfs", kind: "primary", arch: "amd64" } as const;
  await prependSif(sif, {
    uuid: deriveUuid("x"),
    time: 0,
    objects: standardObjects(image, { options: {} }),
    partition,
  });
});
afterAll(() => (hasMksquashfs ? rm(folder, { recursive: true }) : undefined));

function berth(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: "utf8" });
  return { status, stdout, stderr };
}

describe.skipIf(!hasMksquashfs)("on a SIF file (needs squashfs-tools)", () => {
  test("image ls lists like ls -l, and as JSON", () => {
    const { status, stdout } = berth("image", "ls", sif, "/.singularity.d");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^-rwxr-xr-x 1 0:0 +\d+ \d{4}-\d\d-\d\d \d\d:\d\d runscript$/m);
    const rows = JSON.parse(berth("image", "ls", "--json", sif, "/singularity").stdout) as unknown;
    expect(rows).toMatchObject([{ name: "/singularity", type: "symlink", target: ".singularity.d/runscript" }]);
  });

  test("image tree draws as many levels as asked for", () => {
    const { stdout } = berth("image", "tree", "--depth", "1", sif, "/.singularity.d");
    expect(stdout).toContain("/.singularity.d/\n  Singularity\n  actions/\n  env/\n");
    expect(stdout).not.toContain("99-base.sh");
  });

  test("image cat writes bytes, and ends quietly when nobody reads on", () => {
    expect(berth("image", "cat", sif, "/singularity").stdout).toContain("set -- 'hello'");
    const pipe = `"$1" "$2" image cat small.sif /singularity /singularity | head -c 1`;
    expect(
      spawnSync("sh", ["-c", pipe, "sh", process.execPath, main], { cwd: folder, encoding: "utf8" }),
    ).toMatchObject({
      stdout: "#",
      stderr: "",
    });
  });

  test("image cp copies into a directory under the old name, and replaces nothing", async () => {
    expect(berth("image", "cp", sif, "/etc/hosts", "copied-hosts").status).toBe(0);
    expect(berth("image", "cp", sif, "/.singularity.d", ".").status).toBe(0);
    expect(await readFile(join(folder, ".singularity.d/runscript"), "utf8")).toContain("hello");
    const again = berth("image", "cp", sif, "/etc/hosts", "copied-hosts");
    expect(again.status).toBe(1);
    expect(again.stderr).toContain("copied-hosts exists already");
  });

  test("sif list, header and dump show what is in the file", () => {
    expect(berth("sif", "list", sif).stdout).toMatch(/^7 .*partition \(squashfs, primary, amd64\)/m);
    expect(berth("sif", "header", sif).stdout).toMatch(/^UUID: .*-8/m);
    expect(berth("sif", "dump", "oci-manifest.json", sif).stdout).toBe(Buffer.from(image.manifestBytes).toString());
    expect(berth("sif", "dump", "1", sif).stdout).toMatch(/^bootstrap: docker\n/);
    expect(berth("sif", "dump", "99", sif)).toMatchObject({ status: 1, stdout: "" });
  });

  test("failures are one sentence and a next step", () => {
    for (const args of [
      ["image", "ls", "nosuch"],
      ["image", "cat", sif, "/nosuch"],
      ["sif", "list", main],
      ["inspect", main],
    ]) {
      const { status, stdout, stderr } = berth(...args);
      expect({ args, failed: status !== 0, stdout }).toEqual({ args, failed: true, stdout: "" });
      expect(stderr).toMatch(/^FATAL: {3}.+\n {9}.+\n$/);
    }
  });
});
