// The storage classes of Spin: what its text says of each, as the table that it left to be made.

import type { StorageClass } from "../config.ts";

/** Spin's classes by the names that volumes give. */
export const SPIN_STORAGE: ReadonlyMap<string, StorageClass> = new Map<string, StorageClass>([
  [
    "container",
    {
      title: "Container storage",
      persistent: false,
      portable: false,
      performance: "medium",
      autoCreated: true,
      external: false,
      remark: "The container's own layer: small, short-lived data. Lost when it is made anew, upgraded or moved.",
    },
  ],
  [
    "local",
    {
      title: "Local node storage",
      persistent: true,
      portable: false,
      performance: "high",
      autoCreated: true,
      external: false,
      remark: "Disks of one node: for caches. What was written is not there on another node; treat it as disposable.",
    },
  ],
  [
    "nfs",
    {
      title: "Rancher NFS",
      persistent: true,
      portable: true,
      performance: "medium",
      autoCreated: true,
      external: false,
      remark: "Servers of the platform: for data that must last. Folders can be made and removed with their stack.",
    },
  ],
  [
    "global",
    {
      title: "Global file system (GPFS)",
      persistent: true,
      portable: true,
      performance: "high",
      autoCreated: false,
      external: true,
      remark: "Shared with login and compute nodes. The folder must exist, with o+x on every folder above it.",
    },
  ],
  [
    "tmpfs",
    {
      title: "tmpfs",
      persistent: false,
      portable: false,
      performance: "highest",
      autoCreated: true,
      external: false,
      remark: "Memory of the container, counted in its limit. Lost when it stops.",
    },
  ],
  [
    "secrets",
    {
      title: "Secrets",
      persistent: true,
      portable: true,
      performance: "low",
      autoCreated: true,
      external: false,
      remark: "Files in /run/secrets, from the encrypted store: for passwords and keys, not for data.",
    },
  ],
]);
