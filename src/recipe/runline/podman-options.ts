// Options of podman and podman-hpc as their manuals have them, where they have more than docker.

import { DOCKER_EXEC, DOCKER_RUN } from "./docker-options.ts";

/** In front of the subcommand. */
export const PODMAN_GLOBAL: readonly string[] = [
  ...["cgroup-manager=", "config=", "conmon=", "c,connection=", "events-backend=", "h,help", "hooks-dir=", "identity="],
  ...["imagestore=", "log-level=", "module=", "network-cmd-path=", "network-config-dir=", "noout", "out=", "r,remote"],
  ...["root=", "runroot=", "runtime=", "runtime-flag=", "ssh=", "storage-driver=", "storage-opt=", "syslog"],
  ...["tmpdir=", "transient-store", "url=", "v,version", "volumepath="],
];

/** Of `run` and `create`. */
export const PODMAN_RUN: readonly string[] = [
  ...DOCKER_RUN,
  ...["arch=", "authfile=", "cert-dir=", "cgroup-conf=", "cgroups=", "chrootdirs=", "conmon-pidfile=", "creds="],
  ...["decryption-key=", "env-host", "env-merge=", "gidmap=", "group-entry=", "health-log-destination="],
  ...["health-max-log-count=", "health-max-log-size=", "health-on-failure=", "health-startup-cmd="],
  ...["health-startup-interval=", "health-startup-retries=", "health-startup-success=", "health-startup-timeout="],
  ...["hosts-file=", "hostuser=", "http-proxy", "image-volume=", "init-ctr=", "init-path=", "no-hostname", "no-hosts"],
  ...["os=", "passwd", "passwd-entry=", "personality=", "pidfile=", "pod=", "pod-id-file=", "preserve-fd="],
  ...["preserve-fds=", "rdt-class=", "read-only-tmpfs", "replace", "requires=", "retry=", "retry-delay=", "rmi"],
  ...["rootfs", "sdnotify=", "seccomp-policy=", "secret=", "shm-size-systemd=", "signature-policy=", "subgidname="],
  ...["subuidname=", "systemd=", "timeout=", "tls-verify", "tz=", "uidmap=", "umask=", "unsetenv=", "unsetenv-all"],
  ...["variant="],
];

/** Of `exec`. */
export const PODMAN_EXEC: readonly string[] = [
  ...DOCKER_EXEC,
  ...["cidfile=", "l,latest", "no-session", "preserve-fd=", "preserve-fds=", "wait="],
];

/** What podman-hpc adds in front of the subcommand. */
export const PODMAN_HPC_GLOBAL: readonly string[] = [
  ...PODMAN_GLOBAL,
  ...["additional-stores=", "squash-dir=", "update-conf", "log-level="],
];

/** What podman-hpc adds to `run`: its modules as sites set them up, and `shared-run`. */
export const PODMAN_HPC_RUN: readonly string[] = [
  ...PODMAN_RUN,
  ...["cuda-mpi", "cvmfs", "gpu", "mpi", "mpich", "nccl", "openmpi-pmi2", "openmpi-pmix", "scratch", "zlib"],
];
