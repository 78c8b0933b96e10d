// Tiny images for engines of tests, made from the machine's busybox-static, without any registry: a docker-archive with
// one layer and the configuration that the test wants.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { pack } from "tar-stream";

const BUSYBOX = "/usr/bin/busybox";

/** False where busybox (static) is missing. */
export const hasBusybox = existsSync(BUSYBOX);

/** What the image says of itself. */
export interface TinyImage {
  /** `test/web:1` */
  readonly name: string;
  readonly cmd?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly user?: string;
  /** `80/tcp` */
  readonly expose?: readonly string[];
  readonly env?: readonly string[];
  readonly workingDir?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly health?: { readonly test: readonly string[]; readonly intervalMs?: number; readonly retries?: number };
  /** Additional files: path without leading slash -> text. Different files make different layers. */
  readonly files?: Readonly<Record<string, string>>;
  /** Permission bits of those files; 0o755 where not said. */
  readonly mode?: number;
}

/** The image as `docker save` would write it, with its id. Commands of busybox are in /bin, /www/index.html exists. */
export async function dockerArchive(image: TinyImage): Promise<{ readonly id: string; readonly archive: Buffer }> {
  const layer = await layerOf(image);
  const diff = sha256(layer);
  const config = Buffer.from(JSON.stringify(configOf(image, diff)));
  const id = sha256(config);
  const manifest = [{ Config: `${id}.json`, RepoTags: [image.name], Layers: [`${diff}/layer.tar`] }];
  const archive = await tar([
    { path: `${diff}/layer.tar`, data: layer },
    { path: `${id}.json`, data: config },
    { path: "manifest.json", data: Buffer.from(JSON.stringify(manifest)) },
  ]);
  return { id: `sha256:${id}`, archive };
}

function configOf(image: TinyImage, diff: string): unknown {
  const health = image.health && {
    Test: image.health.test,
    Interval: (image.health.intervalMs ?? 1000) * 1e6,
    Timeout: 5e9,
    Retries: image.health.retries ?? 2,
  };
  return {
    architecture: process.arch === "arm64" ? "arm64" : "amd64",
    os: "linux",
    created: "2026-01-01T00:00:00Z",
    config: {
      Cmd: image.cmd ?? ["sleep", "1000"],
      Env: ["PATH=/bin", ...(image.env ?? [])],
      ...(image.entrypoint && { Entrypoint: image.entrypoint }),
      ...(image.user && { User: image.user }),
      ...(image.workingDir && { WorkingDir: image.workingDir }),
      ...(image.labels && { Labels: image.labels }),
      ...(image.expose && { ExposedPorts: Object.fromEntries(image.expose.map((port) => [port, {}])) }),
      ...(image.volumes && { Volumes: Object.fromEntries(image.volumes.map((path) => [path, {}])) }),
      ...(health && { Healthcheck: health }),
    },
    rootfs: { type: "layers", diff_ids: [`sha256:${diff}`] },
    history: [{ created: "2026-01-01T00:00:00Z", created_by: "berth tests" }],
  };
}

interface Entry {
  readonly path: string;
  readonly data?: Buffer;
  readonly link?: string;
  readonly mode?: number;
}

function layerOf({ files = {}, mode = 0o755 }: TinyImage): Promise<Buffer> {
  const commands = execFileSync(BUSYBOX, ["--list"], { encoding: "utf8" }).split("\n").filter(Boolean);
  return tar([
    ...["bin", "etc", "www"].map((path) => ({ path, mode: 0o755 })),
    { path: "tmp", mode: 0o1777 },
    { path: "bin/busybox", data: readFileSync(BUSYBOX), mode: 0o755 },
    ...commands.filter((name) => name !== "busybox").map((name) => ({ path: `bin/${name}`, link: "busybox" })),
    { path: "etc/passwd", data: Buffer.from("root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n") },
    { path: "etc/group", data: Buffer.from("root:x:0:\nnogroup:x:65534:\n") },
    { path: "www/index.html", data: Buffer.from("hello from busybox\n") },
    ...Object.entries(files).map(([path, text]) => ({ path, data: Buffer.from(text), mode })),
  ]);
}

async function tar(entries: readonly Entry[]): Promise<Buffer> {
  const stream = pack();
  const whole = (async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  })();
  for (const { path, data, link, mode = 0o644 } of entries) {
    const common = { name: path, mode, uid: 0, gid: 0, mtime: new Date(0) };
    if (link !== undefined) stream.entry({ ...common, type: "symlink", linkname: link });
    else if (data) stream.entry({ ...common, type: "file", size: data.length }, data);
    else stream.entry({ ...common, type: "directory" });
  }
  stream.finalize();
  return whole;
}

function sha256(data: Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}
