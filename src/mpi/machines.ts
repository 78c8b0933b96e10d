// Names of architectures in ELF files, and the folder names that distributions make of them.

const NAMES: Readonly<Record<number, string>> = {
  3: "x86 (32 bit)",
  20: "PowerPC",
  21: "PowerPC 64",
  22: "S390",
  40: "ARM (32 bit)",
  62: "x86-64",
  183: "AArch64",
  243: "RISC-V",
  258: "LoongArch",
};

const TRIPLETS: Readonly<Record<number, string>> = {
  3: "i386-linux-gnu",
  21: "powerpc64le-linux-gnu",
  22: "s390x-linux-gnu",
  40: "arm-linux-gnueabihf",
  62: "x86_64-linux-gnu",
  183: "aarch64-linux-gnu",
  243: "riscv64-linux-gnu",
};

/** What a person calls an architecture. */
export function machineName(machine: number): string {
  return NAMES[machine] ?? `architecture ${machine}`;
}

/** Directories that the loader searches last, whatever the distribution. */
export function systemDirectories(machine: number): readonly string[] {
  const triplet = TRIPLETS[machine];
  const debian = triplet === undefined ? [] : [`/lib/${triplet}`, `/usr/lib/${triplet}`];
  return [...debian, "/lib64", "/usr/lib64", "/lib", "/usr/lib"];
}

/** What `$LIB` in a run path may stand for. */
export function libNames(machine: number): readonly string[] {
  const triplet = TRIPLETS[machine];
  return ["lib64", "lib", ...(triplet === undefined ? [] : [`lib/${triplet}`])];
}
