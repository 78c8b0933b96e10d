// Apptainer as the judge: it must take our SIF files for its own, and give programs in them the image's environment and
// arguments unchanged. Needs root and the tree of tests/apptainer/make-tree.sh.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inspectImage } from "../../src/image/inspect/index.ts";
import { standardObjects } from "../../src/image/metadata/index.ts";
import { deriveUuid, prependSif } from "../../src/image/sif/index.ts";
import { ordinaryUser } from "../support/ordinary-user.ts";
import { plainImage, writeEntries } from "./image-fixture.ts";

const tree = process.env["BERTH_APPTAINER_TREE"] ?? "/var/tmp/berth-apptainer-tree";
const main = resolve(import.meta.dirname, "../../src/main.ts");
const enter = resolve(import.meta.dirname, "../apptainer/enter.sh");
const usable = process.getuid?.() === 0 && existsSync(join(tree, ".complete")) && existsSync("/bin/busybox");

const ENV = [
  "PATH=/opt/own:/bin",
  "SMALL_VAR=from image",
  'DOUBLE=a "b" c',
  "SINGLE=it's",
  "DOLLAR=$HOME and $USER $(id)",
  "BACKSLASH=a\\b\\\\c\\",
  "BACKQUOTE=`id`",
  "NEWLINE=one\ntwo",
  "RETURN=a\r\nb\rc",
  "CONTINUED=a\\\nb",
  "EMPTY=",
  "UID=7",
  "UNICODE=größe",
];
const image = plainImage({
  Env: ENV,
  Entrypoint: ["printf", "[%s]"],
  Cmd: ["cmd 1", "$HOME", '"q"', "it's"],
  Labels: { "org.example.name": "small" },
});

let folder: string;
let sif: string;

beforeAll(async () => {
  if (!usable) return;
  folder = await mkdtemp(join(tmpdir(), "berth-judge-"));
  await chmod(folder, 0o755);
  const root = join(folder, "root");
  await mkdir(join(root, "bin"), { recursive: true });
  await copyFile("/bin/busybox", join(root, "bin/busybox"));
  for (const name of ["sh", "env", "printf", "id", "cat"]) await symlink("busybox", join(root, "bin", name));
  await writeEntries(root, image);
  await writeFile(join(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
  await writeFile(join(root, "etc/group"), "root:x:0:\n");
  sif = join(folder, "small.sif");
  execFileSync("mksquashfs", [root, sif, "-quiet", "-no-progress", "-all-root", "-comp", "zstd"]);
  const arch = image.config.architecture;
  await prependSif(sif, {
    uuid: deriveUuid(image.descriptor.digest),
    time: 0,
    objects: standardObjects(image, { options: {} }),
    partition: { name: "squashfs", fs: "squashfs", kind: "primary", arch },
  });
  await chmod(sif, 0o755);
});
afterAll(() => (usable ? rm(folder, { recursive: true }) : undefined));

function apptainer(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    enter,
    ["--tree", tree, "--user", ordinaryUser().name, "apptainer", ...args],
    {
      cwd: folder,
    },
  );
  return { status, out: stdout.toString(), err: stderr.toString() };
}

describe.skipIf(!usable)("Apptainer (needs root, busybox and tests/apptainer/make-tree.sh)", () => {
  test("lists our objects", () => {
    const { status, out } = apptainer("sif", "list", sif);
    expect(status).toBe(0);
    for (const part of ["Def.FILE", "JSON.Generic", "FS (Squashfs/*System/"]) expect(out).toContain(part);
  });

  test("inspects labels and definition", async () => {
    const { out } = apptainer("inspect", sif);
    expect(out).toContain("org.example.name: small");
    expect(out).toContain("org.label-schema.build-date: Saturday_3_February_2024_4:05:06_UTC");
    expect(apptainer("inspect", "-d", sif).out).toContain("bootstrap: docker");
    const { data } = JSON.parse(apptainer("inspect", "--all", sif).out) as {
      data: { attributes: { labels: object; runscript: string } };
    };
    const { attributes } = await inspectImage(sif);
    expect(data.attributes.labels).toEqual(attributes.labels);
    expect(data.attributes.runscript).toBe(attributes.runscript);
  });

  test.each(["", "-d -r -s -t -e -l", "-j -r -d", "--all"])("prints for inspect %s what berth prints", (text) => {
    const flags = text === "" ? [] : text.split(" ");
    const berth = spawnSync(process.execPath, [main, "inspect", ...flags, sif], { encoding: "utf8" });
    expect(berth.status).toBe(0);
    expect(berth.stdout).toBe(apptainer("inspect", ...flags, sif).out);
  });

  test("gives programs the image's environment byte for byte", () => {
    const { status, out, err } = apptainer("exec", "--cleanenv", sif, "env", "-0");
    expect({ status, err: err.replace(/^INFO.*\n/gm, "") }).toMatchObject({ status: 0, err: "" });
    const got = out.split("\0");
    const readable = ENV.filter((entry) => !entry.startsWith("UID=") && !entry.startsWith("PATH="));
    expect(got).toEqual(expect.arrayContaining(readable));
    expect(got.find((entry) => entry.startsWith("PATH="))).toMatch(/^PATH=\/opt\/own:\/bin/);
  });

  test("lets the user's own values win", () => {
    const { out } = apptainer("exec", "--env", "SMALL_VAR=mine,NEW=x", sif, "env");
    expect(out).toContain("SMALL_VAR=mine\n");
    expect(out).toContain("NEW=x\n");
    expect(apptainer("exec", "--env", "PREPEND_PATH=/first", sif, "env").out).toMatch(/^PATH=\/first:\/opt\/own/m);
  });

  test("runs ENTRYPOINT and CMD, and arguments in place of CMD, unchanged", () => {
    expect(apptainer("run", sif)).toMatchObject({ status: 0, out: '[cmd 1][$HOME]["q"][it\'s]' });
    expect(apptainer("run", sif, "a  b", "$HOME", '"q"', "it's")).toMatchObject({ out: '[a  b][$HOME]["q"][it\'s]' });
  });

  test("finds a test script that passes, and an empty environment script", () => {
    expect(apptainer("test", sif).status).toBe(0);
  });

  test("our own reader finds the same configuration", async () => {
    const { ociConfig } = await inspectImage(sif);
    expect(Buffer.from(ociConfig ?? []).toString()).toBe(Buffer.from(image.configBytes).toString());
    expect((await readFile(sif)).subarray(0, 19).toString()).toBe("#!/usr/bin/env run-");
  });
});
