// Options of apptainer and singularity as their manuals have them. All that run something share them.

/** In front of the subcommand. */
export const APPTAINER_GLOBAL: readonly string[] = [
  ...["build-config", "c,config=", "d,debug", "h,help", "nocolor", "q,quiet", "s,silent", "v,verbose", "version"],
];

/** Of `run`, `exec`, `shell`, `test` and `instance start`. */
export const APPTAINER_ACTION: readonly string[] = [
  ...["add-caps=", "allow-setuid", "app=", "apply-cgroups=", "authfile=", "B,bind=", "blkio-weight="],
  ...["blkio-weight-device=", "boot", "cdi-dirs=", "e,cleanenv", "compat", "c,contain", "C,containall"],
  ...["cpu-shares=", "cpus=", "cpuset-cpus=", "cpuset-mems=", "pwd,cwd=", "device=", "disable-cache", "dns="],
  ...["docker-host=", "docker-login", "docker-password=", "docker-username=", "drop-caps=", "env=", "env-file="],
  ...["f,fakeroot", "fusemount=", "h,help", "H,home=", "hostname=", "i,ipc", "keep-layers", "keep-privs", "memory="],
  ...["memory-reservation=", "memory-swap=", "mount=", "n,net", "netns-path=", "network=", "network-args=", "no-eval"],
  ...["no-home", "no-https", "no-init", "no-mount=", "no-oci", "no-pid", "no-privs", "no-setgroups"],
  ...["no-shim", "no-tmp-sandbox", "no-umask", "nohttps", "nv", "nvccli", "oci", "oom-kill-disable", "o,overlay="],
  ...["passphrase", "pem-path=", "pid-file=", "p,pid", "pids-limit=", "rocm", "runscript-timeout=", "S,scratch="],
  ...["security=", "sharens", "s,shell=", "tmp-sandbox", "tmpdir=", "underlay", "unsquash"],
  ...["u,userns", "uts", "vm", "vm-cpu=", "vm-err", "vm-ip=", "vm-ram=", "W,workdir=", "w,writable", "writable-tmpfs"],
];
