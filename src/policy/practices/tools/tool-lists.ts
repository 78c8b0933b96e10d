// Which packages are tools that an image does not need to run its program (spec/policy.md 1.14). Data.

/** A list of packages by name, `*` at the end for all that begin so. */
export interface ToolList {
  readonly names: readonly string[];
  /** Of these the weight is the plain one. */
  readonly grave?: readonly string[] | undefined;
  /** Commands that are installed by them where their names differ. */
  readonly commands: readonly string[];
}

/** TOO001. */
export const REMOTE_TOOLS: ToolList = {
  names: [
    ...["sudo", "ssh", "openssh*", "dropbear", "netcat*", "ncat", "nmap*", "socat", "telnet*", "rsh*", "ftp", "tftp*"],
  ],
  grave: ["sudo", "ssh", "openssh*", "dropbear"],
  commands: ["sshd", "ssh-keygen", "ssh-keyscan", "ssh-add", "ssh-agent", "scp", "sftp", "nc", "git", "rsync"],
};

/** TOO002. */
export const INTERACTIVE_TOOLS: ToolList = {
  names: ["vim*", "nano", "emacs*", "less", "more", "man", "man-db", "tmux", "screen", "mc"],
  commands: ["vi", "mandb"],
};

/** TOO003. */
export const DEBUGGING_TOOLS: ToolList = {
  names: [
    ...[
      "gdb*",
      "strace",
      "ltrace",
      "valgrind",
      "perf",
      "linux-tools*",
      "tcpdump",
      "lsof",
      "htop",
      "sysstat",
      "bpftrace",
    ],
  ],
  commands: ["sar", "iostat", "mpstat"],
};

/** LAY001: compilers, build systems, headers. */
export const BUILD_TOOLS: ToolList = {
  names: [
    ...["build-essential", "build-base", "alpine-sdk", "gcc*", "g++*", "gfortran*", "clang*", "make", "cmake"],
    ...["ninja-build", "autoconf", "automake", "*-dev", "*-devel", "devscripts", "debhelper"],
  ],
  commands: [],
};

// Documentation that every Debian has, run-time parts, and a database whose name only begins like the debugger's.
const HARMLESS = /^gcc-\d+-base$|^gcc-libs$|^gdbm/;

/** True for a package of the list. */
export function isListed(names: readonly string[], name: string): boolean {
  const bare = name.replace(/:[a-z0-9]+$/, "").toLowerCase();
  return names.some((glob) => {
    if (HARMLESS.test(bare) && !glob.startsWith("*")) return false;
    if (glob.endsWith("*")) return bare.startsWith(glob.slice(0, -1));
    return glob.startsWith("*") ? bare.endsWith(glob.slice(1)) : bare === glob;
  });
}
