// A bundle's configuration for tests of this room, as `umoci unpack --rootless` writes it, but for what a test is about.

/** The configuration as a document; `more` replaces properties, `process` and `linux` property by property. */
export function aBundle(
  more: { readonly process?: object; readonly linux?: object; readonly [name: string]: unknown } = {},
): Record<string, unknown> {
  const { process, linux, ...others } = more;
  const capabilities = ["CAP_KILL", "CAP_AUDIT_WRITE"];
  return {
    ociVersion: "1.0.0",
    root: { path: "rootfs" },
    hostname: "umoci-default",
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      {
        destination: "/dev",
        type: "tmpfs",
        source: "tmpfs",
        options: ["nosuid", "strictatime", "mode=755", "size=65536k"],
      },
      {
        destination: "/dev/pts",
        type: "devpts",
        source: "devpts",
        options: ["nosuid", "newinstance", "ptmxmode=0666"],
      },
      { destination: "/sys", type: "bind", source: "/sys", options: ["rbind", "nosuid", "noexec", "nodev", "ro"] },
    ],
    ...others,
    process: {
      ...{ terminal: false, user: { uid: 0, gid: 0 }, args: ["sh"], env: ["PATH=/bin", "TERM=xterm"], cwd: "/" },
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
      rlimits: [{ type: "RLIMIT_NOFILE", hard: 1024, soft: 512 }],
      noNewPrivileges: true,
      ...process,
    },
    linux: {
      uidMappings: [{ containerID: 0, hostID: 1001, size: 1 }],
      gidMappings: [{ containerID: 0, hostID: 1001, size: 1 }],
      namespaces: ["pid", "ipc", "uts", "mount", "user"].map((type) => ({ type })),
      ...linux,
    },
  };
}
