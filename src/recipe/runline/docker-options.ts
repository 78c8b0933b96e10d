// Options of docker as its reference pages have them: the program's own, and those of run, create and exec.

/** In front of the subcommand. */
export const DOCKER_GLOBAL: readonly string[] = [
  ...["config=", "c,context=", "D,debug", "H,host=", "l,log-level=", "tls", "tlscacert=", "tlscert=", "tlskey="],
  ...["tlsverify", "v,version", "h,help"],
];

/** Of `run` and `create`. */
export const DOCKER_RUN: readonly string[] = [
  ...["add-host=", "annotation=", "a,attach=", "blkio-weight=", "blkio-weight-device=", "cap-add=", "cap-drop="],
  ...["cgroup-parent=", "cgroupns=", "cidfile=", "cpu-count=", "cpu-percent=", "cpu-period=", "cpu-quota="],
  ...["cpu-rt-period=", "cpu-rt-runtime=", "c,cpu-shares=", "cpus=", "cpuset-cpus=", "cpuset-mems=", "d,detach"],
  ...["detach-keys=", "device=", "device-cgroup-rule=", "device-read-bps=", "device-read-iops=", "device-write-bps="],
  ...["device-write-iops=", "disable-content-trust", "dns=", "dns-opt,dns-option=", "dns-search=", "domainname="],
  ...["entrypoint=", "e,env=", "env-file=", "expose=", "gpus=", "group-add=", "health-cmd=", "health-interval="],
  ...["health-retries=", "health-start-interval=", "health-start-period=", "health-timeout=", "help", "h,hostname="],
  ...["init", "i,interactive", "io-maxbandwidth=", "io-maxiops=", "ip=", "ip6=", "ipc=", "isolation="],
  ...[
    "kernel-memory=",
    "l,label=",
    "label-file=",
    "link=",
    "link-local-ip=",
    "log-driver=",
    "log-opt=",
    "mac-address=",
  ],
  ...["m,memory=", "memory-reservation=", "memory-swap=", "memory-swappiness=", "mount=", "name=", "net,network="],
  ...["net-alias,network-alias=", "no-healthcheck", "oom-kill-disable", "oom-score-adj=", "pid=", "pids-limit="],
  ...["platform=", "privileged", "p,publish=", "P,publish-all", "pull=", "q,quiet", "read-only", "restart=", "rm"],
  ...[
    "runtime=",
    "security-opt=",
    "shm-size=",
    "sig-proxy",
    "stop-signal=",
    "stop-timeout=",
    "storage-opt=",
    "sysctl=",
  ],
  ...["tmpfs=", "t,tty", "ulimit=", "use-api-socket", "u,user=", "userns=", "uts=", "v,volume=", "volume-driver="],
  ...["volumes-from=", "w,workdir="],
];

/** Of `exec`. */
export const DOCKER_EXEC: readonly string[] = [
  ...["d,detach", "detach-keys=", "e,env=", "env-file=", "help", "i,interactive", "privileged", "t,tty", "u,user="],
  ...["w,workdir="],
];
