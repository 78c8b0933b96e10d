// `berth inspect` must say the same of an image whether it is a SIF file, a bare squashfs file or a directory.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appAttributes, inspectImage, ociConfigOf } from "../../src/image/inspect/index.ts";
import { standardObjects } from "../../src/image/metadata/index.ts";
import { deriveUuid, prependSif, type SifObject } from "../../src/image/sif/index.ts";
import { plainImage, writeEntries } from "./image-fixture.ts";

const hasMksquashfs = spawnSync("mksquashfs", ["-version"]).error === undefined;
const image = plainImage({
  Env: ["A=it's", "PATH=/bin"],
  Entrypoint: ["/bin/echo"],
  Cmd: ["hello"],
  Labels: { "org.example.name": "small", "z.last": "1" },
});

let folder: string;
const at = (name: string) => join(folder, name);

async function makeSif(name: string, objects: readonly SifObject[]): Promise<string> {
  execFileSync("mksquashfs", [at("root"), at(name), "-quiet", "-no-progress", "-comp", "lz4"]);
  const partition = { name: "squashfs", fs: "squashfs", kind: "primary", arch: "amd64" } as const;
  await prependSif(at(name), { uuid: deriveUuid(name), time: 0, objects, partition });
  return at(name);
}

beforeAll(async () => {
  if (!hasMksquashfs) return;
  folder = await mkdtemp(join(tmpdir(), "berth-inspect-"));
  await writeEntries(at("root"), image);
  execFileSync("mksquashfs", [at("root"), at("bare.squashfs"), "-quiet", "-no-progress"]);
  await makeSif("whole.sif", standardObjects(image, { options: { compression: "lz4" } }));
});
afterAll(() => (hasMksquashfs ? rm(folder, { recursive: true }) : undefined));

describe.skipIf(!hasMksquashfs)("inspect (needs squashfs-tools)", () => {
  test("says the same of a SIF file, a squashfs file and a directory", async () => {
    const { attributes } = await inspectImage(at("whole.sif"));
    expect(attributes.labels).toMatchObject({ "org.example.name": "small", "org.label-schema.schema-version": "1.0" });
    expect(Object.keys(attributes.labels ?? {})).toEqual(Object.keys(attributes.labels ?? {}).toSorted());
    expect((await inspectImage(at("bare.squashfs"))).attributes).toEqual(attributes);
    expect((await inspectImage(at("root"))).attributes).toEqual(attributes);
  });

  test("reads the files when the object of a SIF file is missing or makes no sense", async () => {
    const { attributes } = await inspectImage(at("whole.sif"));
    expect((await inspectImage(await makeSif("none.sif", []))).attributes).toEqual(attributes);
    for (const [index, text] of ["{", "[]", '{"data":{"attributes":3}}', '"x"'].entries()) {
      const object = { type: "json", name: "inspect-metadata.json", content: Buffer.from(text) } as const;
      expect((await inspectImage(await makeSif(`odd${index}.sif`, [object]))).attributes).toEqual(attributes);
    }
  });

  test("takes from a foreign object only fields of the right form", async () => {
    const odd = {
      labels: { a: 1, b: { c: 1 }, d: "x" },
      runscript: 7,
      helpfile: "help",
      apps: { one: { test: "t" }, two: 3 },
    };
    const content = Buffer.from(JSON.stringify({ data: { attributes: odd }, type: "container" }));
    const path = await makeSif("foreign.sif", [{ type: "json", name: "inspect-metadata.json", content }]);
    const { attributes } = await inspectImage(path);
    expect(attributes).toEqual({ labels: { a: "1", d: "x" }, helpfile: "help", apps: { one: { test: "t" }, two: {} } });
    expect(appAttributes(attributes, "one", path)).toEqual({ test: "t" });
    expect(() => appAttributes(attributes, "constructor", path)).toThrow(/has no app/);
  });

  test("gives the OCI configuration byte for byte, and says when there is none", async () => {
    expect(Buffer.from(await ociConfigOf(at("whole.sif"))).equals(image.configBytes)).toBe(true);
    await expect(ociConfigOf(at("bare.squashfs"))).rejects.toMatchObject({ code: "E_INSPECT_NO_OCI" });
  });

  test("knows apps of a directory", async () => {
    const scif = at("root/scif/apps/hello/scif");
    await mkdir(scif, { recursive: true });
    await writeFile(join(scif, "runscript"), "echo hello\n");
    await writeFile(join(scif, "labels.json"), '{"V":"1"}');
    try {
      const { attributes } = await inspectImage(at("root"));
      expect(attributes.apps).toEqual({ hello: { runscript: "echo hello", labels: { V: "1" } } });
    } finally {
      await rm(at("root/scif"), { recursive: true });
    }
  });

  test("the file is the same wherever it is made", async () => {
    const [one, two] = [standardObjects(image, { options: {} }), standardObjects(image, { options: {} })];
    expect(one).toEqual(two);
    expect(one.map(({ name }) => name)).toEqual([
      ...["Def.FILE", "berth.json", "inspect-metadata.json", "oci-config.json"],
      ...["oci-image-config.json", "oci-manifest.json"],
    ]);
  });
});
