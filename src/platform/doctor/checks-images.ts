// Checks of what makes and opens image files: FUSE, squashfs programs, the kernel's squashfs, loop devices. Pure.

import type { Facts } from "./facts.ts";
import { install, ok, type Packages, type Verdict } from "./finding.ts";

export function fuseDevice(facts: Facts): Verdict {
  const { mode, open } = facts.fuse;
  const consequence =
    "image files cannot be mounted without root; berth unpacks each into a cached folder first (slow)";
  if (mode === undefined)
    return { state: "warn", found: "/dev/fuse does not exist", consequence, cure: "sudo modprobe fuse" };
  const shown = `/dev/fuse has mode ${mode.toString(8).padStart(4, "0")}`;
  if (open.works) return ok(`${shown} and can be opened`);
  return {
    state: "warn",
    found: `${shown} and cannot be opened (${open.reason ?? "no reason given"})`,
    consequence,
    cure: 'sudo chmod 0666 /dev/fuse   (a udev rule keeps it: KERNEL=="fuse", MODE="0666")',
  };
}

/** Without one of these an image file cannot be opened at all. */
export function imageReader(facts: Facts): Verdict {
  const { squashfuse_ll: reader, unsquashfs } = facts.programs;
  const packages: Packages = { apt: "squashfuse", dnf: "squashfuse" };
  if (reader) return ok(reader.path);
  if (unsquashfs) {
    const consequence = "images are unpacked into a cached folder before they run (slow, and many files)";
    return { state: "warn", found: "not installed", consequence, cure: install(facts, packages) };
  }
  const consequence = "image files cannot be run without root";
  const cure = install(facts, { apt: "squashfuse squashfs-tools", dnf: "squashfuse squashfs-tools" });
  return {
    state: facts.user.uid === 0 ? "warn" : "gap",
    found: "neither it nor unsquashfs is installed",
    consequence,
    cure,
  };
}

export function fusermount(facts: Facts): Verdict {
  const program = facts.programs["fusermount3"] ?? facts.programs["fusermount"];
  const consequence = "an image cannot be mounted once for all processes; each start mounts its own (slower)";
  if (!program)
    return { state: "warn", found: "not installed", consequence, cure: install(facts, { apt: "fuse3", dnf: "fuse3" }) };
  if (program.setuid || facts.user.uid === 0) return ok(program.path);
  return {
    state: "warn",
    found: `${program.path} is not setuid root`,
    consequence,
    cure: `sudo chmod u+s ${program.path}`,
  };
}

export function imageWriter(facts: Facts): Verdict {
  const program = facts.programs["tar2sqfs"];
  if (program) return ok(program.path);
  return {
    state: "warn",
    found: "not installed",
    consequence: "images are written with zstd or gzip only (--compression xz, lz4 and lzo fail)",
    cure: install(facts, { apt: "squashfs-tools-ng", dnf: "squashfs-tools-ng" }),
  };
}

export function unpacker(facts: Facts): Verdict {
  const { unsquashfs } = facts.programs;
  if (unsquashfs) return ok(unsquashfs.path);
  const cure = install(facts, { apt: "squashfs-tools", dnf: "squashfs-tools" });
  return { state: "warn", found: "not installed", consequence: "--unsquash and sandboxes do not work", cure };
}

/** Compressors of squashfs, with the name of their kernel option. */
const COMPRESSORS = { gzip: "ZLIB", xz: "XZ", lzo: "LZO", lz4: "LZ4", zstd: "ZSTD" } as const;

const KERNEL_ONLY = "concerns root's own mounts only: ordinary users read images through squashfuse_ll";

export function kernelSquashfs({ kernel: { config, filesystems, modules } }: Facts): Verdict {
  const consequence = KERNEL_ONLY;
  const known = filesystems.includes("squashfs") || modules.includes("squashfs");
  if (config?.["SQUASHFS"] === undefined && !known) {
    const found = "no squashfs in this kernel, as far as it tells";
    return { state: config ? "warn" : "unknown", found, consequence, cure: "sudo modprobe squashfs" };
  }
  if (!config) {
    const found = "squashfs is there; its compressors are unknown (no kernel configuration to read)";
    return { state: "unknown", found, consequence };
  }
  const readable = Object.entries(COMPRESSORS).filter(([, option]) => config[`SQUASHFS_${option}`] === "y");
  const names = readable.map(([name]) => name);
  if (names.includes("zstd")) return ok(`reads ${names.join(", ")}`);
  return {
    state: "warn",
    found: `reads ${names.join(", ") || "nothing"}, not zstd`,
    consequence: `berth's own images (zstd) cannot be mounted by the kernel; ${KERNEL_ONLY}`,
    cure: "berth pull --compression gzip, or a kernel with CONFIG_SQUASHFS_ZSTD=y",
  };
}

export function decompressors(facts: Facts): Verdict {
  const { config } = facts.kernel;
  if (!config?.["SQUASHFS"]) return { state: "unknown", found: "no kernel configuration to read" };
  if (config["SQUASHFS_DECOMP_MULTI_PERCPU"] === "y" || config["SQUASHFS_CHOICE_DECOMP_BY_MOUNT"] === "y")
    return ok("one for each processor");
  if (config["SQUASHFS_DECOMP_MULTI"] === "y") return ok("several");
  return {
    state: "warn",
    found: "one for each mount (SQUASHFS_DECOMP_SINGLE)",
    consequence: "many processes that read one kernel-mounted image wait for each other",
    cure: "a kernel with CONFIG_SQUASHFS_DECOMP_MULTI_PERCPU=y, or squashfuse_ll",
  };
}

export function loopDevices(facts: Facts): Verdict {
  const { loop } = facts;
  if (facts.user.uid !== 0) return ok("not needed by ordinary users");
  if (loop.works) return ok(loop.by);
  const consequence = "root cannot mount images in the kernel; squashfuse_ll is used";
  return { state: "warn", found: loop.reason ?? "not there", consequence, cure: "sudo modprobe loop" };
}
