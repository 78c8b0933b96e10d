import { describe, expect, test } from "vitest";
import { digestOf } from "../base/digest.ts";
import { requireImage } from "./artifact.ts";
import { parseImageConfig } from "./image-config.ts";
import { MAX_MANIFEST, parseManifest } from "./manifest.ts";
import { MEDIA } from "./media-types.ts";

const GZIP = "application/vnd.oci.image.layer.v1.tar+gzip";
const descriptor = (mediaType: string, extra: object = {}) => ({
  mediaType,
  digest: digestOf(mediaType),
  size: 10,
  ...extra,
});
const bytes = (document: object) => Buffer.from(JSON.stringify(document));
const image = (changes: object = {}) => ({
  schemaVersion: 2,
  mediaType: MEDIA.ociManifest,
  config: descriptor(MEDIA.ociConfig),
  layers: [descriptor(GZIP)],
  ...changes,
});

function parsed(document: object, delivered?: string) {
  const result = parseManifest(bytes(document), delivered, "x");
  if (result.kind !== "manifest") throw new Error("an index");
  return result;
}

describe("telling documents apart", () => {
  test("an OCI manifest, a Docker manifest, and one that does not say what it is", () => {
    expect(parsed(image()).mediaType).toBe(MEDIA.ociManifest);
    expect(parsed(image({ mediaType: MEDIA.dockerManifest }), MEDIA.dockerManifest).mediaType).toBe(
      MEDIA.dockerManifest,
    );
    expect(parsed(image({ mediaType: undefined }), "text/plain").mediaType).toBe(MEDIA.ociManifest);
    expect(parsed(image(), `${MEDIA.ociManifest}; charset=utf-8`).layers).toHaveLength(1);
  });

  test("an index, with platforms", () => {
    const platform = { os: "linux", architecture: "arm", variant: "v7" };
    const document = {
      schemaVersion: 2,
      mediaType: MEDIA.ociIndex,
      manifests: [descriptor(MEDIA.ociManifest, { platform })],
    };
    const result = parseManifest(bytes(document), undefined, "x");
    expect(result).toMatchObject({ kind: "index", manifests: [{ platform }] });
  });

  test.each([
    ["E_MANIFEST_SCHEMA1", { schemaVersion: 1, fsLayers: [] }, undefined],
    ["E_MANIFEST_SCHEMA1", { schemaVersion: 1 }, "application/vnd.docker.distribution.manifest.v1+prettyjws"],
    ["E_MANIFEST_TYPE", image({ mediaType: "application/vnd.example.thing" }), undefined],
    ["E_MANIFEST_TYPE", { schemaVersion: 2 }, undefined],
    ["E_MANIFEST_INVALID", image(), MEDIA.dockerManifest],
    ["E_MANIFEST_INVALID", image({ manifests: [] }), undefined],
    ["E_MANIFEST_INVALID", image({ layers: undefined }), MEDIA.ociManifest],
    ["E_MANIFEST_INVALID", image({ config: undefined }), MEDIA.ociManifest],
    ["E_MANIFEST_INVALID", image({ layers: [descriptor(GZIP, { size: -1 })] }), undefined],
    ["E_MANIFEST_INVALID", image({ layers: [descriptor(GZIP, { size: 1e300 })] }), undefined],
    ["E_MANIFEST_INVALID", image({ layers: [descriptor(GZIP, { digest: "sha256:../../etc/passwd" })] }), undefined],
    ["E_LAYERS_COUNT", image({ layers: Array(1001).fill(descriptor(GZIP)) }), undefined],
  ])("%s", (code, document, delivered) => {
    expect(() => parseManifest(bytes(document), delivered, "x")).toThrow(expect.objectContaining({ code }));
  });

  test("too many bytes and no JSON are refused", () => {
    const large = Buffer.alloc(MAX_MANIFEST + 1, 32);
    expect(() => parseManifest(large, undefined, "x")).toThrow(expect.objectContaining({ code: "E_MANIFEST_SIZE" }));
    for (const text of ["", "[]", "null", "{", "\xff"]) {
      const garbage = Buffer.from(text, "latin1");
      expect(() => parseManifest(garbage, undefined, "x")).toThrow(
        expect.objectContaining({ code: "E_MANIFEST_INVALID" }),
      );
    }
  });
});

describe("telling images from other things", () => {
  test.each([
    [
      "try changing the protocol to oras://",
      image({ config: descriptor(MEDIA.sifConfig), layers: [descriptor(MEDIA.sifLayer)] }),
    ],
    ["use helm pull", image({ config: descriptor("application/vnd.cncf.helm.config.v1+json") })],
    [
      "name the signed image itself",
      image({ layers: [descriptor("application/vnd.dev.cosign.simplesigning.v1+json")] }),
    ],
    ["oras pull", image({ artifactType: "application/x-thing", config: descriptor(MEDIA.ociEmpty), layers: [] })],
    ["decrypt", image({ layers: [descriptor(`${GZIP}+encrypted`)] })],
    ["layers are tar archives", image({ layers: [descriptor("application/pdf")] })],
  ])("%s", (hint, document) => {
    expect(() => requireImage(parsed(document), "x")).toThrow(
      expect.objectContaining({ hint: expect.stringContaining(hint) }),
    );
  });

  test("gzip, zstd, plain, Docker's and foreign layers make an image", () => {
    const types = [
      GZIP,
      GZIP.replace("gzip", "zstd"),
      GZIP.replace("+gzip", ""),
      "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
    ];
    expect(() => requireImage(parsed(image({ layers: types.map((t) => descriptor(t)) })), "x")).not.toThrow();
  });
});

describe("configurations", () => {
  const manifest = parsed(image());
  const config = (changes: object = {}) =>
    bytes({ os: "linux", architecture: "amd64", rootfs: { diff_ids: ["d"] }, ...changes });

  test("null means nothing, and one string stands for a list", () => {
    const read = parseImageConfig(
      config({ config: { Env: null, Cmd: "sh", Labels: { a: "b", c: 1 } } }),
      manifest,
      "x",
    );
    expect(read.config).toEqual({ Cmd: ["sh"], Labels: { a: "b" } });
  });

  test.each([
    ["it lists 0 layers", config({ rootfs: {} })],
    ["Env is not a list", config({ config: { Env: [1] } })],
    ["NUL", config({ config: { Cmd: ["a\0b"] } })],
    ["config.WorkingDir has a NUL", config({ config: { WorkingDir: "/a\0b" } })],
    ["not a JSON object", Buffer.from("[]")],
  ])("refused: %s", (why, document) => {
    expect(() => parseImageConfig(document, manifest, "x")).toThrow(why);
  });
});
