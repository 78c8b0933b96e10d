// A disk for the comparison of cold starts: a file as a loop device with an ext4 file system, on which the image lies as one file
// and once more unpacked. Its own counters say what was read from it, whatever else the machine does. Made once and kept; root's.

import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { must, type Place } from "../place.ts";
import type { BatchImage } from "./images.ts";

/** A disk that is attached and mounted. */
export interface Disk {
  /** Where the image's file lies, with its `.meta`. */
  readonly images: string;
  /** The image's files, unpacked. */
  readonly tree: string;
  /** Bytes read from it so far. */
  readBytes(): number;
  detach(): void;
}

/** Attaches the disk, at a folder that is made; read around the machine's page cache, as a real disk is. */
export function attachDisk(place: Place, image: BatchImage, at: string): Disk {
  const file = join(place.dir, "batch", "disk.ext4");
  if (!existsSync(file)) makeDisk(image, file, at);
  mkdirSync(at, { recursive: true });
  const device = must(["losetup", "--find", "--show", "--direct-io=on", file]).trim();
  must(["mount", "-o", "noatime", device, at]);
  const stat = `/sys/block/${basename(device)}/stat`;
  return {
    images: join(at, "images"),
    tree: join(at, "tree"),
    // In sectors, which are of 512 bytes here whatever the disk has.
    readBytes: () => Number(readFileSync(stat, "utf8").trim().split(/\s+/)[2]) * 512,
    detach() {
      must(["umount", at]);
      must(["losetup", "--detach", device]);
      rmdirSync(at);
    },
  };
}

function makeDisk({ id, squashfs, tree }: BatchImage, file: string, at: string): void {
  const megabytes = 4000 + Math.ceil(statSync(squashfs).size / 1e6);
  must(["truncate", "--size", `${megabytes}M`, `${file}.new`]);
  must(["mkfs.ext4", "-q", `${file}.new`]);
  mkdirSync(at, { recursive: true });
  must(["mount", "-o", "loop", `${file}.new`, at]);
  try {
    mkdirSync(join(at, "images"));
    must(["cp", squashfs, join(at, "images")]);
    writeFileSync(join(at, "images", `${id}.meta`), readFileSync(squashfs.replace(/squashfs$/, "meta")));
    must(["cp", "-a", tree, join(at, "tree")]);
  } finally {
    must(["umount", at]);
  }
  renameSync(`${file}.new`, file);
}

/** Makes the next start a cold one: nothing of any file is in memory. */
export function dropCaches(): void {
  must(["sync"]);
  writeFileSync("/proc/sys/vm/drop_caches", "3");
}
