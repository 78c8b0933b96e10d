// Ubuntu's packages cut to slices: chisel's manifest, lines of JSON packed with zstd. It names binary packages only.

import { zstdDecompressSync } from "node:zlib";
import { type JsonObject, jsonObject } from "../../oci/json.ts";
import { ZstdFrames } from "../../oci/layers/zstd-frames.ts";
import type { Cataloguer, Found, FoundPackage } from "./cataloguer.ts";
import { textOf } from "./json.ts";

const MAX_BYTES = 16 * 1024 * 1024;
const MAX_UNPACKED = 128 * 1024 * 1024;

export const chisel: Cataloguer = {
  name: "chisel",
  wants: (path) => (path === "var/lib/chisel/manifest.wall" ? { maxBytes: MAX_BYTES } : undefined),
  read(_path, bytes): Found {
    const lines = unpack(bytes).toString("utf8").split("\n");
    const packages = lines
      .filter((line) => line.includes('"package"'))
      .flatMap((line) => {
        const found = packageOf(jsonObject(Buffer.from(line)));
        return found ? [found] : [];
      });
    return { packages };
  },
};

function packageOf(line: JsonObject | undefined): FoundPackage | undefined {
  const name = textOf(line?.["name"]);
  const version = textOf(line?.["version"]);
  const arch = textOf(line?.["arch"]);
  if (line?.["kind"] !== "package" || name === undefined || version === undefined) return undefined;
  return { ecosystem: "deb", name, version, ...(arch === undefined ? {} : { arch }) };
}

// The runtime's decompressor stops after the first frame of several.
function unpack(bytes: Buffer): Buffer {
  const frames = new ZstdFrames();
  const parts: Buffer[] = [];
  let room = MAX_UNPACKED;
  for (const frame of frames.split(bytes)) {
    const part = zstdDecompressSync(frame, { maxOutputLength: room });
    room -= part.length;
    parts.push(part);
  }
  if (!frames.complete) throw new Error("the compressed data is cut short");
  return Buffer.concat(parts);
}
