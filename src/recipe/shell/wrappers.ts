// Programs and shell words that run another command: their options as their manuals have them, as data. `unwrap.ts` reads
// words with it.

import type { OptionTable } from "./option-words.ts";

/** What must be known of a wrapper to find the command behind it. */
export interface Wrapper {
  readonly table: OptionTable;
  /** Operands in front of the command: `timeout 10 make`, `gosu www-data nginx`. */
  readonly operands?: number;
  /** `NAME=value` may stand in front of the command. */
  readonly assignments?: boolean;
  /** With one of these it runs nothing: `command -v`. */
  readonly lookups?: readonly string[];
  /** The value of this option is a script: `su -c '…'`. */
  readonly script?: readonly string[];
  /** The value of this option is cut into words that stand in front of the others: `env -S`. */
  readonly split?: readonly string[];
  /** Without a script or `--`, operands are no command: `su - user`. */
  readonly scriptOnly?: boolean;
}

const stopAtOperand = true;

function plain(short = "", long: readonly string[] = []): OptionTable {
  return { short, long, stopAtOperand };
}

const SUDO: Wrapper = {
  table: plain("CDghpRrTtUu", [
    ...["close-from", "chdir", "group", "host", "prompt", "chroot", "role", "command-timeout", "type"],
    ...["other-user", "user"],
  ]),
  assignments: true,
  lookups: ["-l", "--list", "-v", "--validate", "-e", "--edit", "-V", "--version", "-K", "--remove-timestamp"],
};

const SU_LONG = ["command", "session-command", "group", "supp-group", "shell", "whitelist-environment", "user"];

/** Wrappers by name. */
export const WRAPPERS: ReadonlyMap<string, Wrapper> = new Map<string, Wrapper>([
  ["sudo", SUDO],
  ["doas", { table: plain("Cu") }],
  [
    "env",
    {
      table: plain("uCS", ["unset", "chdir", "split-string", "argv0"]),
      assignments: true,
      split: ["-S", "--split-string"],
    },
  ],
  ["nice", { table: plain("n", ["adjustment"]) }],
  ["ionice", { table: plain("cn", ["class", "classdata"]), lookups: ["-p", "--pid", "-P", "-u"] }],
  ["chrt", { table: plain("TPD"), operands: 1, lookups: ["-p", "--pid", "-m", "--max"] }],
  ["taskset", { table: plain(), operands: 1, lookups: ["-p", "--pid"] }],
  ["time", { table: plain("fo", ["format", "output"]) }],
  ["timeout", { table: plain("ks", ["kill-after", "signal"]), operands: 1 }],
  ["exec", { table: plain("a") }],
  ["command", { table: plain(), lookups: ["-v", "-V"] }],
  ["builtin", { table: plain() }],
  ["nohup", { table: plain() }],
  ["setsid", { table: plain() }],
  ["stdbuf", { table: plain("ioe", ["input", "output", "error"]) }],
  ["unbuffer", { table: plain() }],
  ["fakeroot", { table: plain("lisb", ["lib", "faked", "save-file", "load-file"]) }],
  ["gosu", { table: plain(), operands: 1 }],
  ["su-exec", { table: plain(), operands: 1 }],
  ["setpriv", { table: plain("", setprivOptions()) }],
  [
    "su",
    { table: { short: "cCgGsTw", long: SU_LONG }, script: ["-c", "--command", "--session-command"], scriptOnly: true },
  ],
  ["runuser", { table: { ...plain("cCgGsuTw", SU_LONG) }, script: ["-c", "--command", "--session-command"] }],
  [
    "xargs",
    {
      table: plain("aEIdLnPs", [
        "arg-file",
        "delimiter",
        "max-lines",
        "max-args",
        "max-procs",
        "max-chars",
        "process-slot-var",
      ]),
    },
  ],
  ["flock", { table: plain("wE", ["timeout", "conflict-exit-code"]), operands: 1 }],
  ["tini", { table: plain("epv") }],
  ["dumb-init", { table: plain("r", ["rewrite"]) }],
  ["catatonit", { table: plain() }],
]);

function setprivOptions(): readonly string[] {
  return [
    ...["reuid", "regid", "ruid", "euid", "rgid", "egid", "groups", "inh-caps", "ambient-caps", "bounding-set"],
    ...["securebits", "pdeathsig", "selinux-label", "apparmor-profile", "seccomp-filter"],
  ];
}

/** Shells that take a script behind `-c`. */
export const SHELLS: ReadonlySet<string> = new Set(["sh", "bash", "dash", "ash", "ksh", "mksh", "zsh"]);

/** Options of those. */
export const SHELL_TABLE: OptionTable = { short: "oO", long: ["rcfile", "init-file"], stopAtOperand };
