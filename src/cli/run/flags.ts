// The flags of run, exec, shell, test and plan (spec/apptainer.md 1.1 and 1.3). One table; nothing is decided here.

import type { FlagSpec } from "../flags.ts";

/** Flags of every command that starts a payload. */
export const RUN_FLAGS = [
  // Files
  {
    long: "bind",
    short: "B",
    kind: "list",
    value: "src[:dst[:opts]]",
    env: ["BIND", "BINDPATH"],
    help: "show a path of the host in the container; opts are ro, rw",
  },
  { long: "mount", kind: "list", value: "spec", env: ["MOUNT"], help: "the same as type=bind,src=…,dst=…[,ro]" },
  {
    long: "no-mount",
    kind: "list",
    value: "names",
    env: ["NO_MOUNT"],
    help: "leave out proc, sys, dev, devpts, home, tmp, cwd, bind-paths, or a destination",
  },
  { long: "home", short: "H", kind: "text", value: "src[:dst]", env: ["HOME"], help: "use this directory as home" },
  { long: "no-home", kind: "switch", env: ["NO_HOME"], help: "do not show the home directory" },
  {
    long: "cwd",
    aliases: ["pwd"],
    kind: "text",
    value: "dir",
    env: ["CWD", "TARGET_CWD", "PWD", "TARGET_PWD"],
    help: "start directory in the container",
  },
  {
    long: "workdir",
    short: "W",
    kind: "text",
    value: "dir",
    env: ["WORKDIR"],
    help: "keep /tmp, /var/tmp, home (with --contain) and scratch directories here",
  },
  {
    long: "scratch",
    short: "S",
    kind: "list",
    value: "dir",
    env: ["SCRATCH"],
    help: "an empty writable directory at this place",
  },
  { long: "dns", kind: "list", value: "servers", env: ["DNS"], help: "name servers for /etc/resolv.conf" },
  { long: "contain", short: "c", kind: "switch", env: ["CONTAIN"], help: "minimal /dev, empty home and /tmp" },
  {
    long: "containall",
    short: "C",
    kind: "switch",
    env: ["CONTAINALL"],
    help: "contain, with PID and IPC namespaces and a clean environment",
  },
  {
    long: "compat",
    kind: "switch",
    env: ["COMPAT"],
    help: "closer to Docker: containall, no-init, no-umask, no-eval, writable-tmpfs",
  },
  {
    long: "docker",
    kind: "switch",
    env: ["DOCKER"],
    help: "as Docker would: its USER, WORKDIR, arguments and environment",
  },
  // Writing
  {
    long: "writable",
    short: "w",
    kind: "switch",
    env: ["WRITABLE"],
    help: "changes go into the image directory, or the overlay of the SIF file",
  },
  {
    long: "writable-tmpfs",
    kind: "switch",
    env: ["WRITABLE_TMPFS"],
    help: "changes are possible and forgotten at the end",
  },
  {
    long: "tmpfs-size",
    kind: "text",
    value: "size",
    env: ["TMPFS_SIZE"],
    help: "limit of each tmpfs, such as 512M (default: half of the memory)",
  },
  {
    long: "overlay",
    short: "o",
    kind: "list",
    value: "path[:ro]",
    env: ["OVERLAY", "OVERLAYIMAGE"],
    help: "lay a directory or an overlay file over the image; changes are kept there",
  },
  { long: "unsquash", kind: "switch", env: ["UNSQUASH"], help: "unpack the image instead of mounting it" },
  // Namespaces and identity
  { long: "pid", short: "p", kind: "switch", env: ["PID", "UNSHARE_PID"], help: "new PID namespace" },
  { long: "no-pid", kind: "switch", env: ["NO_PID"], help: "no PID namespace, even with containall" },
  {
    long: "no-init",
    kind: "switch",
    env: ["NOSHIMINIT", "NO_INIT"],
    help: "the program itself is PID 1, without the init shim",
  },
  { long: "ipc", short: "i", kind: "switch", env: ["IPC", "UNSHARE_IPC"], help: "new IPC namespace" },
  {
    long: "net",
    short: "n",
    kind: "switch",
    env: ["NET", "UNSHARE_NET"],
    help: "new network namespace (with --network none)",
  },
  { long: "network", kind: "text", value: "none|host", env: ["NETWORK"], help: "which network" },
  { long: "uts", kind: "switch", env: ["UTS", "UNSHARE_UTS"], help: "new UTS namespace" },
  { long: "hostname", kind: "text", value: "name", env: ["HOSTNAME"], help: "host name in the container" },
  {
    long: "userns",
    short: "u",
    kind: "switch",
    env: ["USERNS", "UNSHARE_USERNS"],
    help: "new user namespace (always, unless root)",
  },
  { long: "fakeroot", short: "f", kind: "switch", env: ["FAKEROOT"], help: "be root in a user namespace" },
  { long: "keep-privs", kind: "switch", env: ["KEEP_PRIVS"], help: "root keeps its capabilities" },
  { long: "no-privs", kind: "switch", env: ["NO_PRIVS"], help: "root drops all capabilities (the default)" },
  { long: "no-umask", kind: "switch", env: ["NO_UMASK"], help: "umask 0022 instead of yours" },
  // Environment
  {
    long: "cleanenv",
    short: "e",
    kind: "switch",
    env: ["CLEANENV"],
    help: "pass only TERM and the proxy variables of the host",
  },
  { long: "env", kind: "list", value: "name=value", env: [], help: "set variables in the container" },
  {
    long: "env-file",
    kind: "list",
    value: "file",
    env: ["ENV_FILE"],
    help: "set variables from a file of assignments",
  },
  { long: "no-env", kind: "list", value: "names", env: ["NOENV"], help: "variables of the host that stay behind" },
  { long: "no-eval", kind: "switch", env: ["NO_EVAL"], help: "take the values of --env as they are" },
  { long: "app", kind: "text", value: "name", env: ["APP", "APPNAME"], help: "an app inside the image (SCIF)" },
  {
    long: "sharens",
    kind: "switch",
    env: ["SHARENS"],
    help: "refused: sibling processes share an instance instead",
    hidden: true,
  },
  // Devices
  { long: "nv", kind: "switch", env: ["NV"], help: "the NVIDIA GPUs that you may see, with their driver's libraries" },
  {
    long: "nvccli",
    kind: "switch",
    env: ["NVCCLI"],
    help: "the same as --nv: no program of NVIDIA is needed",
    hidden: true,
  },
  { long: "rocm", kind: "switch", env: ["ROCM"], help: "the AMD GPUs that you may see, with their driver's libraries" },
  { long: "device", kind: "list", value: "vendor/class=name", env: ["DEVICE"], help: "a device, through CDI" },
  {
    long: "cdi-dirs",
    kind: "list",
    value: "dirs",
    env: ["CDI_DIRS"],
    help: "where CDI specifications are (default: /etc/cdi, /var/run/cdi)",
  },
] as const satisfies readonly FlagSpec[];

/** The flag of `shell`. */
export const SHELL_FLAGS = [
  {
    long: "shell",
    short: "s",
    kind: "text",
    value: "path",
    env: ["SHELL"],
    help: "shell in the container (default: bash, else sh)",
  },
] as const satisfies readonly FlagSpec[];
