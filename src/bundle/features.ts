// What this runtime can do, in the words of the OCI runtime specification (features.md). Data only.

/** The document; `version` is berth's. */
export function runtimeFeatures(version: string): object {
  const off = { enabled: false };
  return {
    ociVersionMin: "1.0.0",
    ociVersionMax: "1.2.0",
    hooks: [],
    mountOptions: [
      ...["async", "atime", "bind", "defaults", "dev", "nodev", "noatime", "nosuid", "private", "rbind", "relatime"],
      ...["ro", "rprivate", "rslave", "rw", "slave", "strictatime", "sync"],
    ],
    linux: {
      namespaces: ["cgroup", "ipc", "mount", "network", "pid", "user", "uts"],
      capabilities: [],
      cgroup: { v1: false, v2: false, systemd: false, systemdUser: false, rdma: false },
      seccomp: off,
      apparmor: off,
      selinux: off,
      intelRdt: off,
      mountExtensions: { idmap: off },
    },
    annotations: { "berth.version": version },
    potentiallyUnsafeConfigAnnotations: [],
  };
}
