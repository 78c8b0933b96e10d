// An image for trial containers, made on the spot from this machine's busybox: a doctor needs no registry.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tarOfFiles } from "../../idle/small-tar.ts";

/** Debian's busybox-static, and where other distributions have theirs. */
const PLACES = ["/usr/bin/busybox", "/bin/busybox", "/usr/sbin/busybox", "/sbin/busybox"];

/** Where in the image it is; its first argument names the command. */
export const BUSYBOX = "/bin/busybox";
/** What the trial's web server answers. */
export const GREETING = "berth doctor";
/** Arguments of busybox that serve it on port 8080, in any image with a folder /tmp. */
export const SERVE = [
  "sh",
  "-c",
  `${BUSYBOX} mkdir -p /tmp/www && echo -n "${GREETING}" >/tmp/www/index.html && exec ${BUSYBOX} httpd -f -p 8080 -h /tmp/www`,
];

/** The image as an archive that engines load, under this name; undefined where the machine has no static busybox. */
export async function trialImage(name: string): Promise<Buffer | undefined> {
  const path = PLACES.find((place) => existsSync(place));
  const program = path === undefined ? undefined : await readFile(path);
  if (!program || !isStatic(program)) return undefined;
  const layer = tarOfFiles([
    { path: BUSYBOX.slice(1), content: program, mode: 0o755 },
    { path: "tmp/.keep", content: Buffer.alloc(0), mode: 0o644 },
  ]);
  const config = Buffer.from(
    JSON.stringify({
      architecture: { x64: "amd64" }[process.arch as string] ?? process.arch,
      os: "linux",
      config: { Entrypoint: [BUSYBOX], Cmd: SERVE },
      rootfs: { type: "layers", diff_ids: [`sha256:${sha256(layer)}`] },
    }),
  );
  const manifest = [{ Config: `${sha256(config)}.json`, RepoTags: [name], Layers: ["layer.tar"] }];
  return tarOfFiles([
    { path: "layer.tar", content: layer, mode: 0o644 },
    { path: `${sha256(config)}.json`, content: config, mode: 0o644 },
    { path: "manifest.json", content: Buffer.from(JSON.stringify(manifest)), mode: 0o644 },
  ]);
}

// An ELF program without an interpreter in its program headers needs no library.
function isStatic(program: Buffer): boolean {
  if (program.length < 64 || program.readUInt32BE(0) !== 0x7f454c46 || program[4] !== 2 || program[5] !== 1)
    return false;
  const start = Number(program.readBigUInt64LE(32));
  const size = program.readUInt16LE(54);
  const count = program.readUInt16LE(56);
  for (let index = 0; index < count && start + (index + 1) * size <= program.length; index += 1)
    if (program.readUInt32LE(start + index * size) === 3) return false;
  return true;
}

function sha256(data: Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}
