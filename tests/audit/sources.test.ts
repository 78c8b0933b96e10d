// Images where they really lie: a registry, layouts of other tools, archives, image files, folders. What holds the same tells
// the same, and what is known is not fetched again.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { chmod, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditSource, type SourceAudit } from "../../src/audit/audit-source.ts";
import type { AuditedImage } from "../../src/audit/types.ts";
import { silent, unwatched } from "../../src/base/log.ts";
import { DEFAULT_CONVERSION } from "../../src/image/conversion-options.ts";
import { obtainFile } from "../../src/image/obtain.ts";
import type { PullRequest } from "../../src/oci/pull.ts";
import { registryClient } from "../../src/oci/registry/client.ts";
import type { Cache } from "../../src/oci/store/cache.ts";
import type { Descriptor } from "../../src/oci/types.ts";
import { parseImageUri } from "../../src/oci/uri.ts";
import { cacheIn, PLATFORM } from "../oci-store/pull-support.ts";
import { layerTar, type TestImage, whiteout, writeLayout } from "../support/oci-image.ts";
import { hasRegistry, startRegistry, type TestRegistry } from "../support/registry.ts";

const works = (program: string) => spawnSync(program, ["--version"]).status === 0;
const hasSkopeo = works("skopeo");
const hasUmoci = works("umoci");

const scratch = mkdtempSync(join(tmpdir(), "berth-audit-sources-"));
const layout = join(scratch, "layout");
const client = registryClient({ env: {}, retry: { retries: 0 } });
let descriptor: Descriptor;
let registry: TestRegistry | undefined;

const IMAGE: TestImage = {
  layers: [
    {
      entries: [
        { path: "etc/os-release", content: "ID=debian\nVERSION_ID=13\n" },
        { path: "etc/passwd", content: "root:x:0:0::/root:/bin/sh\n" },
        { path: "usr/bin/su", content: "\x7fELF and more", mode: 0o4755 },
      ],
      compression: "gzip",
    },
    {
      entries: [
        { path: "opt/app/start", content: "#!/bin/sh\nexec app\n", mode: 0o755 },
        { path: "opt/app/token", content: `token = ghp_${"x".repeat(4)}\n` },
        { path: "opt/app/big", content: "0123456789".repeat(20_000) },
      ],
      compression: "gzip",
    },
    { entries: [whiteout("opt/app/token")], compression: "gzip" },
  ],
  config: { User: "499", Entrypoint: ["/opt/app/start"], Labels: { "org.opencontainers.image.version": "1" } },
  history: [
    { created_by: "/bin/sh -c #(nop) ADD file:1 in / " },
    { created_by: '/bin/sh -c #(nop)  CMD ["bash"]', empty_layer: true },
    { created_by: "COPY app /opt/app # buildkit" },
    { created_by: "RUN rm /opt/app/token # buildkit" },
  ],
};

beforeAll(async () => {
  const tagged = await writeLayout(layout, { v1: IMAGE });
  if (!tagged["v1"]) throw new Error("no image");
  descriptor = tagged["v1"];
  if (hasRegistry) registry = await startRegistry();
});

afterAll(async () => {
  await client.close();
  await registry?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

function request(name: string, cache: Cache): PullRequest {
  return {
    ...{ source: parseImageUri(name), platform: PLATFORM, policy: "newer", cache, log: silent },
    client: async () => client,
    daemon: () => Promise.reject(new Error("no daemon")),
    now: () => Date.UTC(2026, 0, 1),
  };
}

async function audit(name: string, cache?: Cache, wish: Partial<SourceAudit> = {}): Promise<AuditedImage> {
  const where = cache ?? (await cacheIn(mkdtempSync(join(scratch, "cache-"))));
  return auditSource(request(name, where), { name, ...wish });
}

const skopeo = (...args: readonly string[]) => {
  const { status, stderr } = spawnSync("skopeo", ["--insecure-policy", "copy", "--quiet", ...args], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
};

/** What is the same wherever the image lies. */
function gist({ config, history, files, catalogue, layers, base }: AuditedImage) {
  return { config, history, files, distribution: catalogue?.distribution, base, diffIds: layers?.map((l) => l.diffId) };
}

test("a layout tells layers, history, files and what is hidden", async () => {
  const found = await audit(`oci:${layout}:v1`);
  expect(found).toMatchObject({ digest: descriptor.digest, base: { layers: 1, by: "history" }, definition: null });
  expect(found.layers?.map(({ base, createdBy }) => [base, createdBy?.slice(0, 16)])).toEqual([
    [true, "/bin/sh -c #(nop"],
    [false, "COPY app /opt/ap"],
    [false, "RUN rm /opt/app/"],
  ]);
  expect(found.files?.hidden).toMatchObject([{ path: "opt/app/token", layer: 1, by: 2, how: "removed" }]);
  expect(found.files?.texts.get("opt/app/start")).toBe("#!/bin/sh\nexec app\n");
  expect(found.config).toMatchObject({ user: "499", labels: { "org.opencontainers.image.version": "1" } });
  expect(found.catalogue?.distribution).toMatchObject({ id: "debian", version: "13" });
});

test("its configuration alone tells no files", async () => {
  const found = await audit(`oci:${layout}:v1`, undefined, { light: true });
  expect(found).toMatchObject({ files: undefined, catalogue: undefined, base: { layers: 1 } });
  expect(found.layers?.map(({ unpackedBytes }) => unpackedBytes)).toEqual([undefined, undefined, undefined]);
});

test.skipIf(!hasSkopeo)("archives of skopeo tell the same (skipped without it)", async () => {
  const want = gist(await audit(`oci:${layout}:v1`));
  for (const kind of ["oci-archive", "docker-archive"]) {
    const path = join(scratch, `${kind}.tar`);
    skopeo(`oci:${layout}:v1`, `${kind}:${path}:app:v1`);
    expect(gist(await audit(`${kind}:${path}`))).toEqual(want);
  }
});

test.skipIf(!hasSkopeo || !hasRegistry)(
  "an image of a registry tells the same, and known layers are not even fetched (skipped without skopeo or registry)",
  async () => {
    const name = `docker://${registry?.host}/app:v1`;
    skopeo("--dest-tls-verify=false", `oci:${layout}:v1`, name);
    const cache = await cacheIn(join(scratch, "from-registry"));
    const first = await audit(name, cache);
    expect(gist(first)).toEqual(gist(await audit(`oci:${layout}:v1`)));
    // The blobs are gone, the records stay.
    rmSync(join(scratch, "from-registry", "cache", "blob"), { recursive: true });
    const fetched = () => (registry?.log() ?? "").split("\n").filter((line) => /GET .*\/blobs\//.test(line)).length;
    const before = fetched();
    expect(await audit(name, await cacheIn(join(scratch, "from-registry")))).toEqual(first);
    // The configuration alone.
    expect(fetched() - before).toBeLessThanOrEqual(2);
  },
);

test.skipIf(!hasUmoci)("layers that umoci made are read, opaque folders included (skipped without it)", async () => {
  const folder = join(scratch, "umoci");
  const bundle = join(scratch, "bundle");
  await cp(layout, folder, { recursive: true });
  const umoci = (...args: readonly string[]) => {
    const { status, stderr } = spawnSync("umoci", args, { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
  };
  const rootless = process.getuid?.() === 0 ? [] : ["--rootless"];
  umoci("unpack", ...rootless, "--image", `${folder}:v1`, bundle);
  rmSync(join(bundle, "rootfs", "opt", "app"), { recursive: true });
  await mkdir(join(bundle, "rootfs", "opt", "new"), { recursive: true });
  await writeFile(join(bundle, "rootfs", "opt", "new", "x"), "x");
  umoci("repack", "--image", `${folder}:v2`, bundle);
  const { files, layers } = await audit(`oci:${folder}:v2`);
  expect(layers?.length).toBe(4);
  expect(files?.entries.map(({ path }) => path).filter((path) => path.startsWith("opt/"))).toEqual([
    "opt/new",
    "opt/new/x",
  ]);
  expect(
    files?.hidden
      .filter(({ by }) => by === 3)
      .map(({ path }) => path)
      .sort(),
  ).toEqual(["opt/app/big", "opt/app/start"]);
});

test("a SIF file tells its files, its definition and the configuration it was made from", async () => {
  const cache = await cacheIn(join(scratch, "sif-cache"));
  const path = join(scratch, "app.sif");
  const settings = { conversion: DEFAULT_CONVERSION, maxBytes: 2 ** 30, progress: unwatched, mode: 0o600 };
  await obtainFile(request(`oci:${layout}:v1`, cache), path, settings);
  const found = await audit(path, cache);
  const layered = await audit(`oci:${layout}:v1`, cache);
  expect(found).toMatchObject({ file: "sif", history: layered.history, config: { user: "499" } });
  expect(found.config?.diffIds).toEqual(layered.config?.diffIds);
  expect(found.definition).toContain("bootstrap: docker");
  const own = (image: AuditedImage) =>
    image.files?.entries
      .filter(({ path: at, type }) => type === "file" && /^(?:etc\/(?:os-release|passwd)|usr|opt)/.test(at))
      .map(({ layer: _, ...entry }) => entry);
  expect(own(found)).toEqual(own(layered));
  expect(found.files?.texts.get("opt/app/start")).toBe("#!/bin/sh\nexec app\n");
  expect(await audit(path, cache)).toEqual(found);
});

test("an unpacked folder is read as it is, and again when it has changed", async () => {
  const folder = join(scratch, "sandbox");
  await mkdir(join(folder, "etc"), { recursive: true });
  await mkdir(join(folder, ".singularity.d"), { recursive: true });
  await writeFile(join(folder, ".singularity.d", "runscript"), "#!/bin/sh\nexec true\n");
  await writeFile(join(folder, "etc", "passwd"), "root::0:0::/:/bin/sh\n");
  await chmod(join(folder, "etc", "passwd"), 0o666);
  const found = await audit(folder);
  expect(found).toMatchObject({ file: "folder", digest: undefined, definition: null });
  expect(found.files?.entries.find(({ path }) => path === "etc/passwd")).toMatchObject({ mode: 0o666 });
  await writeFile(join(folder, "etc", "passwd"), "root:x:0:0::/:/bin/sh\n");
  expect((await audit(folder)).files?.texts.get("etc/passwd")).toContain("root:x");
});

test("the base is proven by its layers, whatever the history says", async () => {
  const [first] = (await audit(`oci:${layout}:v1`)).layers ?? [];
  const bases = [
    { name: "other", diffIds: [`sha256:${"0".repeat(64)}`] },
    { name: "site/base:1", diffIds: [first?.diffId ?? ""] },
  ];
  const found = await audit(`oci:${layout}:v1`, undefined, { bases });
  expect(found.base).toEqual({ name: "site/base:1", layers: 1, by: "layers" });
});

test("an image that claims the layers of a base, but has others, is not believed", async () => {
  const lie = join(scratch, "lie");
  await cp(layout, lie, { recursive: true });
  const blob = (digest: string) => join(lie, "blobs", "sha256", digest.slice("sha256:".length));
  const manifest = JSON.parse(await readFile(blob(descriptor.digest), "utf8"));
  const claimed = `sha256:${"a".repeat(64)}`;
  const config = JSON.parse(await readFile(blob(manifest.config.digest), "utf8"));
  config.rootfs.diff_ids[0] = claimed;
  config.history = undefined;
  const put = async (value: object) => {
    const bytes = Buffer.from(JSON.stringify(value));
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    await writeFile(blob(digest), bytes);
    return { digest, size: bytes.length };
  };
  const wrong = await put({ ...manifest, config: { ...manifest.config, ...(await put(config)) } });
  const bases = [{ name: "site/base", diffIds: [claimed] }];
  const found = await audit(`oci:${lie}@${wrong.digest}`, undefined, { bases }).catch(async () => {
    await writeFile(
      join(lie, "index.json"),
      JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType: descriptor.mediaType, ...wrong }] }),
    );
    return audit(`oci:${lie}`, undefined, { bases });
  });
  expect(found.base).toBeUndefined();
  expect(found.layers?.[0]?.diffId).not.toBe(claimed);
});

test("a damaged blob is an error, and nothing is kept of it", async () => {
  const torn = join(scratch, "torn");
  await cp(layout, torn, { recursive: true });
  const manifest = JSON.parse(
    await readFile(join(torn, "blobs", "sha256", descriptor.digest.slice("sha256:".length)), "utf8"),
  );
  const path = join(torn, "blobs", "sha256", manifest.layers[1].digest.slice("sha256:".length));
  const bytes = await readFile(path);
  bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
  await writeFile(path, bytes);
  const cache = await cacheIn(join(scratch, "torn-cache"));
  await expect(audit(`oci:${torn}:v1`, cache)).rejects.toMatchObject({ name: "BerthError" });
  expect((await audit(`oci:${layout}:v1`, cache)).layers?.length).toBe(3);
});

test("what is no image says what it is", async () => {
  const path = join(scratch, "plain.tar");
  await writeFile(path, await layerTar([{ path: "x", content: "y" }]));
  await expect(audit(path)).rejects.toMatchObject({ code: "E_IMAGE_UNKNOWN" });
  await expect(audit(join(scratch, "nothing"))).rejects.toMatchObject({ code: "E_IMAGE_MISSING" });
  await expect(audit("instance://x")).rejects.toMatchObject({ code: "E_AUDIT_SOURCE" });
});
