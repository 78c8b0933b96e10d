// How Podman's service is started for an ordinary user, without changing anything of the machine: in a mount namespace whose
// /dev/net/tun everybody may open (as udev has it on most machines), with a runtime folder of its own.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Program } from "./engine.ts";
import type { EngineRange } from "./engine-range.ts";
import { asUser, type OrdinaryUser } from "./ordinary-user.ts";

/** False where a program is missing that a rootless Podman needs. */
export const hasRootlessPrograms =
  existsSync("/usr/bin/slirp4netns") && existsSync("/usr/bin/fuse-overlayfs") && existsSync("/usr/bin/unshare");

const PREPARE =
  'mount -t tmpfs tmpfs /dev/net && mknod -m 666 /dev/net/tun c 10 200 && mkdir -p -m 700 "$1/xdg" && chown "$2" "$1/xdg" && shift 2 && exec "$@"';

export function rootlessPodman(user: OrdinaryUser, dir: string, range: EngineRange): Program {
  // Podman mounts its network's runtime folder below the user's: both of its own must be there.
  const runtime = join(dir, "xdg");
  const podman = [
    ...["/usr/bin/podman", "--root", join(dir, "data"), "--runroot", join(runtime, "run")],
    ...["--tmpdir", join(runtime, "tmp"), "--network-config-dir", join(dir, "networks"), "--runtime", "runc"],
    ...["--cgroup-manager", "cgroupfs", "--events-backend", "file", "--network-backend", "netavark"],
    ...["--storage-driver", "overlay", "--storage-opt", "overlay.mount_program=/usr/bin/fuse-overlayfs"],
    ...["system", "service", "--time=0", `unix://${join(dir, "sock")}`],
  ];
  return {
    argv: [
      "/usr/bin/unshare",
      "--mount",
      "--",
      "sh",
      "-c",
      PREPARE,
      "sh",
      dir,
      String(user.uid),
      ...asUser(user, podman),
    ],
    env: { CONTAINERS_CONF: join(dir, "containers.conf"), XDG_RUNTIME_DIR: runtime },
    files: {
      "containers.conf": `[network]\ndefault_subnet = "${range.subnet}"\ndefault_subnet_pools = [{"base" = "${range.pool}", "size" = 27}]\n`,
    },
    owner: user,
  };
}
