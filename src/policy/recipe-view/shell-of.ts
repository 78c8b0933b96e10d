// Which shell runs a script, and how: from the words of SHELL, of `%post -c`, or of a `#!` line.

/** What Docker and Apptainer take when nothing is said. */
export const DEFAULT_SHELL: readonly string[] = ["/bin/sh", "-c"];

/** Shells whose texts are understood here. */
const SHELLS = new Set(["sh", "bash", "ash", "dash", "ksh", "mksh", "zsh", "busybox"]);

/** A shell and the options that decide what a failure does. */
export interface ShellUse {
  /** Undefined: another interpreter. */
  readonly shell: string | undefined;
  readonly errexit: boolean;
  readonly pipefail: boolean;
}

/** How a command line such as `/bin/bash -eo pipefail -c` runs its script. */
export function shellOf(words: readonly string[]): ShellUse {
  const [program = "", ...rest] = baseName(words[0] ?? "") === "env" ? words.slice(1).filter(isNoFlag) : words;
  const name = baseName(program).replace(/\.exe$/i, "");
  const plain = words[0] === "busybox" || name === "busybox" ? "sh" : name;
  const short = rest.filter((word) => /^-[a-z]+$/i.test(word));
  return {
    shell: SHELLS.has(name) ? plain : undefined,
    errexit: short.some((word) => word.includes("e")),
    pipefail: rest.some((word, at) => word === "pipefail" && /^-[a-z]*o$/.test(rest[at - 1] ?? "")),
  };
}

/** The same for what stands behind `#!`. */
export function shellOfShebang(line: string): ShellUse {
  return shellOf(line.trim().split(/\s+/));
}

function isNoFlag(word: string): boolean {
  return !word.startsWith("-");
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}
